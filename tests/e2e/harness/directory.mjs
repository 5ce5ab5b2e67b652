// SPDX-License-Identifier: MIT
// Temporary directories, gone when the program ends (with KEEP=1 they stay, to be looked into).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export function temporaryDirectory(name = 'test') {
  const directory = mkdtempSync(path.join(tmpdir(), `image-storage-${name}-`));
  process.on('exit', () => {
    if (!process.env.KEEP) rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}
