// SPDX-License-Identifier: MIT
// An internet of one machine, in a network and mount namespace of its own, and the program under
// test in there with it: see tests/servers/internet.mjs.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { within } from './deadline.mjs';
import { temporaryDirectory } from './directory.mjs';

const script = fileURLToPath(new URL('../../servers/internet.mjs', import.meta.url));

// How to get into new namespaces: as root, or as the root of a user namespace. Null: neither is
// allowed here.
const ways = [
  { unshare: ['unshare', '-nm'], nsenter: ['-n', '-m'] },
  { unshare: ['unshare', '-rnm'], nsenter: ['-U', '--preserve-credentials', '-n', '-m'] },
];
const way =
  ways.find(({ unshare: [command, ...args] }) => {
    try {
      execFileSync(command, [...args, 'mount', '--bind', '/etc/hosts', '/etc/hosts'], {
        stdio: 'ignore',
      });
      return true;
    } catch {
      return false;
    }
  }) ?? null;

// Why there can be none; false when there can.
export const internetMissing = !way
  ? 'network namespaces are not allowed here'
  : !existsSync('/proc/net/if_inet6') && 'there is no IPv6 here';

export class Internet {
  // names: { 'name.example': 'ADDRESS,...' }
  static async start(names) {
    const internet = new Internet();
    internet.directory = temporaryDirectory('internet');
    const [command, ...args] = way.unshare;
    const entries = Object.entries(names).map(([name, addresses]) => `${name}=${addresses}`);
    internet.child = spawn(
      command,
      [...args, process.execPath, script, internet.directory, ...entries],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    process.on('exit', () => internet.child.kill('SIGKILL'));
    internet.lines = createInterface({ input: internet.child.stdout });
    internet.end = once(internet.child, 'exit').then(([code]) => {
      throw new Error(`the internet has ended: ${code}`);
    });
    internet.end.catch(() => {});
    await internet.#line();
    internet.enter = ['nsenter', '-t', `${internet.child.pid}`, ...way.nsenter];
    return internet;
  }

  async #line() {
    const line = Promise.race([once(this.lines, 'line'), this.end]);
    return (await within(line, 'a word of the internet'))[0];
  }

  // What can be fetched as /files/NAME from every address.
  place(name, bytes) {
    writeFileSync(path.join(this.directory, 'files', name), bytes);
  }

  // What was asked of it since the last time: { connections, requests, open, silent }.
  async seen() {
    this.child.stdin.write('\n');
    return JSON.parse(await this.#line());
  }

  async stop() {
    const gone = once(this.child, 'exit');
    this.child.stdin.end();
    await within(gone, 'the end of the internet');
  }
}
