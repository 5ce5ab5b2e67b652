// SPDX-License-Identifier: MIT
// What is made from the table of commands for other programs: completions, loaded into the shells
// themselves, and the manual page, read by those that show it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Terminal, printed, screen } from './harness/commands.mjs';
import { temporaryDirectory } from './harness/directory.mjs';
import { PROGRAM, environment } from './harness/server.mjs';

const missing = (program) =>
  spawnSync(program, ['--version']).error ? `${program} is not installed` : false;

// Small container images have something in its place that says so.
const manMissing = /^man /.test(spawnSync('man', ['--version'], { encoding: 'utf8' }).stdout)
  ? false
  : 'man is not installed';

// A directory with the program under its usual name, and a file to complete.
function playground() {
  const directory = temporaryDirectory('shell');
  symlinkSync(path.resolve(PROGRAM), path.join(directory, 'image-storage-mcp'));
  writeFileSync(path.join(directory, 'sunset over the sea.png'), '');
  mkdirSync(path.join(directory, 'sunrise'));
  const settings = { PATH: `${directory}:${process.env.PATH}` };
  return { directory, settings };
}

// Runs a script in a shell; what it prints, line by line.
function shell(program, args, script) {
  const { directory, settings } = playground();
  const { status, stdout, stderr } = spawnSync(program, [...args, '-c', script], {
    env: environment(settings),
    cwd: directory,
    encoding: 'utf8',
  });
  assert.deepEqual([status, stderr], [0, ''], stdout);
  return stdout.trimEnd().split('\n');
}

const COMMANDS = 'save list show delete cleanup stats setup doctor completion help'.split(' ');

// A command line, and words that must be offered for its end, and one that must not.
const lines = [
  ['', COMMANDS, 'flux'],
  ['s', ['save', 'show', 'stats', 'setup'], 'list'],
  ['save --m', ['--model'], '--prompt'],
  ['list --', ['--from', '--limit', '--json', '--help'], '--parameters'],
  ['cleanup --o', ['--older-than'], '--yes'],
  ['completion ', ['bash', 'zsh', 'fish'], 'tcsh'],
  ['help cl', ['cleanup'], 'list'],
  ['setup cl', ['claude-desktop', 'claude-code', 'cline'], 'cursor'],
  ['setup cursor --scope ', ['user', 'project'], 'cursor'],
  ['save sun', ['sunset', 'sunrise'], 'save'],
  ['show --output sun', ['sunset', 'sunrise'], 'show'],
  ['save a.png -', ['--prompt', '--category'], 'sunset'],
];

function check(line, offered, [words, other]) {
  for (const word of words) assert.ok(offered.includes(word), `${line}: ${word} in ${offered}`);
  assert.ok(!offered.includes(other), `${line}: ${other} in ${offered}`);
}

test('bash completes', () => {
  // as the shell itself calls it; compopt works inside a real completion only
  const script = `
    source <(image-storage-mcp completion bash) || exit 1
    compopt() { :; }
    complete -p image-storage-mcp >/dev/null || exit 1
    offer() {
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
      _image_storage_mcp "$@"
      echo "\${COMPREPLY[*]}"
    }
    ${lines.map(([line]) => `offer image-storage-mcp ${line.replace(/(^| )$/, "$1''")}`).join('\n')}
    offer image-storage-mcp list --model ''`;
  const offered = shell('bash', ['--norc'], script);
  for (const [i, [line, ...expected]] of lines.entries()) check(line, offered[i], expected);
  assert.equal(offered[lines.length] ?? '', '', 'nothing is known of a model');
});

test('bash completes a file with spaces at a prompt', async () => {
  const { directory, settings } = playground();
  const rc = path.join(directory, 'rc');
  const load = 'source <(image-storage-mcp completion bash)';
  writeFileSync(rc, `cd '${directory}'; PS1='ready> '; ${load}\n`);
  const bash = new Terminal('bash', ['--rcfile', rc, '-i'], { ...settings, INPUTRC: '/dev/null' });
  await bash.used(async () => {
    await bash.shows('ready> ');
    bash.type('image-storage-mcp save sunse\t');
    await bash.shows('sunset\\ over\\ the\\ sea.png ');
    bash.type('\x15image-storage-mcp cle\t');
    await bash.shows('image-storage-mcp cleanup ');
    bash.type('\x15exit\n');
  });
});

test('fish completes', { skip: missing('fish') }, () => {
  const script = `
    image-storage-mcp completion fish | source; or exit 1
    ${lines
      .map(
        ([line]) =>
          `echo (complete -C "image-storage-mcp ${line}" | string replace -r '\\t.*' '')`,
      )
      .join('\n')}`;
  const offered = shell('fish', ['--no-config'], script);
  for (const [i, [line, ...expected]] of lines.entries()) check(line, offered[i], expected);
});

// As ~/.zshrc loads them, and from where meson installs them.
const zshLoads = {
  'by source': [
    'autoload -U compinit; compinit -u -D',
    'source <(image-storage-mcp completion zsh)',
  ],
  'from fpath': [
    'mkdir functions; image-storage-mcp completion zsh > functions/_image-storage-mcp',
    'fpath=($PWD/functions $fpath); autoload -U compinit; compinit -u -D',
  ],
};

for (const [how, load] of Object.entries(zshLoads)) {
  test(`zsh completes at a prompt, loaded ${how}`, { skip: missing('zsh') }, async () => {
    const { directory, settings } = playground();
    const setup = [
      `cd '${directory}'`,
      ...load,
      'unsetopt AUTO_MENU LIST_BEEP; LISTMAX=0; setopt LIST_PACKED',
      "PS1='rea''dy> '", // so that the line itself is not taken for it
    ];
    const zsh = new Terminal('zsh', ['-f', '-i'], { ...settings, TERM: 'dumb' }, 200);
    await zsh.used(async () => {
      zsh.type(`${setup.join('; ')}\n`);
      await zsh.shows('ready> ');
      for (const [line, words, other] of lines) {
        const from = zsh.stdout.length;
        zsh.type(`image-storage-mcp ${line}\t`);
        for (const word of words) await zsh.shows(word, from);
        const seen = zsh.stdout.length;
        zsh.type('\x15\n'); // away with the line
        await zsh.shows('ready> ', seen);
        const offered = screen(zsh.stdout.slice(from)).slice(1).join('\n');
        assert.doesNotMatch(offered, new RegExp(`^${other}\\b`, 'm'), line);
      }
      zsh.type('exit\n');
    });
  });
}

test('every host of setup is offered', async () => {
  const table = await printed({}, ['setup']);
  const hosts = table.trim().split('\n').map((line) => line.split('\t')[0]);
  const script = await printed({}, ['completion', 'bash']);
  assert.ok(script.includes(`"${hosts.join(' ')}"`), hosts.join(' '));
});

test('the manual page has no mistakes', { skip: manMissing }, async () => {
  const page = await printed({}, ['help', '--man']);
  const { stdout, stderr, status } = spawnSync('man', ['--warnings', '-l', '-'], {
    env: { ...environment({ LANG: 'C.UTF-8' }), MANWIDTH: '80' },
    input: page,
    encoding: 'utf8',
  });
  assert.deepEqual([status, stderr], [0, '']);
  for (const word of ['SYNOPSIS', '--older-than AGE', 'EXIT STATUS', 'IMAGE_STORAGE_DIR'])
    assert.ok(stdout.replace(/.\x08/g, '').includes(word), word);
});

test('mandoc finds nothing to say about the manual page', { skip: missing('mandoc') }, async () => {
  const { stdout, status } = spawnSync('mandoc', ['-Tlint', '-Wstyle'], {
    input: await printed({}, ['help', '--man']),
    encoding: 'utf8',
  });
  assert.deepEqual([stdout, status], ['', 0]);
});
