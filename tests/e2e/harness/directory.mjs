// SPDX-License-Identifier: MIT
// Temporary directories, gone when the program ends (with KEEP=1 they stay, to be looked into).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const directories = [];
process.on('exit', () => {
  if (process.env.KEEP) return;
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

export function temporaryDirectory(name = 'test') {
  const directory = mkdtempSync(path.join(tmpdir(), `image-storage-${name}-`));
  directories.push(directory);
  return directory;
}
