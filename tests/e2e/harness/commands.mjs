// SPDX-License-Identifier: MIT
// The commands for people, as a shell runs them, and as somebody at a terminal does.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until, within } from './deadline.mjs';
import { PROGRAM, assertHealthy, environment } from './server.mjs';

const emulator = fileURLToPath(new URL('terminal.py', import.meta.url));
// itself, and not what a version manager puts before it, which needs the tester's environment
const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
  encoding: 'utf8',
}).trim();

// A program that runs; what it has printed so far is in stdout and stderr.
export class Running {
  stdout = '';
  stderr = '';

  constructor(program, args, settings) {
    this.child = spawn(program, args, { env: environment(settings), stdio: 'pipe' });
    this.child.stdin.on('error', () => {}); // it may not want to read
    this.child.stdout.setEncoding('utf8').on('data', (text) => (this.stdout += text));
    this.child.stderr.setEncoding('utf8').on('data', (text) => (this.stderr += text));
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => {
        const { stdout, stderr } = this;
        resolve({ code, signal, stdout, stderr });
      });
    });
  }

  async end() {
    const end = await within(this.ended, 'the end of the command');
    assertHealthy(end.stderr);
    return end;
  }

  // Waits until a text has been shown, after the first `from` characters.
  shows(text, from = 0) {
    const shown = () => this.stdout.includes(text, from);
    return until(shown, `"${text}" on the terminal`).catch((error) => {
      this.child.kill('SIGKILL');
      error.message += `\n--- the terminal ---\n${this.stdout}`;
      throw error;
    });
  }

  type(text) {
    this.child.stdin.write(text);
  }
}

export const start = (settings, args) => new Running(PROGRAM, args, settings);

// Runs a command to its end, with its input and output in pipes.
export function run(settings, args, input = '') {
  const running = start(settings, args);
  running.child.stdin.end(input);
  return running.end();
}

// ... that must succeed; returns what it prints.
export async function printed(settings, args, input) {
  const { code, stdout, stderr } = await run(settings, args, input);
  assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}

export const json = async (settings, args) =>
  JSON.parse(await printed(settings, [...args, '--json']));

// A program at a terminal of that width.
export class Terminal extends Running {
  constructor(program, args, settings, columns = 80) {
    const settingsOfIt = { TERM: 'xterm-256color', LANG: 'C.UTF-8', ...settings };
    super(python, [emulator, String(columns), program, ...args], settingsOfIt);
  }

  // Uses it and sees it end; when the use fails, it goes at once.
  async used(body) {
    try {
      await body();
      return await this.end();
    } finally {
      this.child.kill('SIGKILL');
    }
  }
}

export const terminal = (settings, args, columns) =>
  new Terminal(PROGRAM, args, settings, columns);

// What is to be read on a terminal, line by line: without colours, and without what was wiped.
export const screen = (text) =>
  text
    .replace(/[^\n]*\r\x1b\[K/g, '')
    .replace(/\x1b\[[0-9;]*m/g, '')
    .replace(/\r/g, '')
    .split('\n');
