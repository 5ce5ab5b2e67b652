// SPDX-License-Identifier: MIT
// `setup` as a person uses it: in a home directory, on a terminal or in a script. What it writes is
// read with the parsers that hosts read it with.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import * as jsonc from 'jsonc-parser';
import { Terminal, terminal } from './harness/commands.mjs';
import { until, within } from './harness/deadline.mjs';
import { temporaryDirectory } from './harness/directory.mjs';
import { pngOfSize, saving } from './harness/images.mjs';
import { PROGRAM, assertHealthy, environment, withServer } from './harness/server.mjs';

const BINARY = fs.realpathSync(PROGRAM);
const SECRET = 'wJalrXUtnFEMI-K7MDENG-secret';
const DECLINED = 4;

const s3 = {
  S3_BUCKET: 'my-images',
  S3_ACCESS_KEY: 'AKIDEXAMPLE-access',
  S3_SECRET_KEY: SECRET,
  S3_CDN_URL: 'https://images.example.com',
};

// Every host whose file is changed: where the file is below HOME, the member with the entries, and
// what an entry says besides the command and the environment.
const hosts = [
  ['claude-desktop', '.config/Claude/claude_desktop_config.json', 'mcpServers', {}],
  ['claude-code', '.claude.json', 'mcpServers', { type: 'stdio' }],
  ['cursor', '.cursor/mcp.json', 'mcpServers', {}],
  ['vscode', '.config/Code/User/mcp.json', 'servers', { type: 'stdio' }],
  ['windsurf', '.codeium/windsurf/mcp_config.json', 'mcpServers', { args: [] }],
  ['zed', '.config/zed/settings.json', 'context_servers', { args: [] }],
  ['gemini-cli', '.gemini/settings.json', 'mcpServers', {}],
  ['cline', '.cline/data/settings/cline_mcp_settings.json', 'mcpServers', {}],
  ['lm-studio', '.lmstudio/mcp.json', 'mcpServers', {}],
];

// The entry of a host, its members in the order in which they are written.
const entryOf = ({ type, args }, env) => ({
  ...(type && { type }),
  command: BINARY,
  ...(args && { args }),
  env,
});

const options = (home, settings, more = {}) => ({
  cwd: home,
  env: { ...environment(settings), HOME: home, ...more },
});

// Runs it without a terminal. Secrets are in nothing but the entry that is printed to be used.
function run(home, args, settings = {}, more = {}) {
  const result = spawnSync(PROGRAM, ['setup', ...args], {
    ...options(home, settings),
    encoding: 'utf8',
    ...more,
  });
  assert.ok(!result.error, String(result.error));
  assertHealthy(result.stderr);
  assert.ok(!result.stderr.includes(SECRET), result.stderr);
  if (!args.includes('--print') && !args.includes('codex'))
    assert.ok(!result.stdout.includes(SECRET), result.stdout);
  return result;
}

function succeed(home, args, settings) {
  const result = run(home, args, settings);
  assert.equal(result.status, 0, result.stderr);
  return result;
}

// Runs it on a terminal of its own (script from util-linux); `answer` gets the screen so far, once
// there is a question on it, and says what is typed.
async function onTerminal(home, args, settings, answer) {
  const quoted = [PROGRAM, 'setup', ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qefc', quoted, '/dev/null'], {
    ...options(home, settings, { TERM: 'xterm' }),
    stdio: 'pipe',
  });
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (screen += text));
  const exited = new Promise((resolve) => child.on('close', resolve));
  let ended = false;
  exited.then(() => (ended = true));
  await until(() => ended || screen.includes('[y/N]'), 'a question, or the end');
  if (!ended) child.stdin.write(await answer(screen));
  const status = await within(exited, 'the end of setup');
  child.stdin.end();
  assertHealthy(screen);
  assert.ok(!screen.includes(SECRET), screen);
  return { status, screen };
}

function newHome(file, text, mode = 0o644) {
  const home = temporaryDirectory('setup');
  if (text !== undefined) {
    fs.mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
    fs.writeFileSync(path.join(home, file), text, { mode });
    fs.chmodSync(path.join(home, file), mode);
  }
  return home;
}

const read = (home, file) => fs.readFileSync(path.join(home, file), 'utf8');
const mode = (home, file) => fs.statSync(path.join(home, file)).mode & 0o7777;

// What a text with comments means; anything that an editor would underline is a failure.
function parse(text) {
  const errors = [];
  const value = jsonc.parse(text, errors, { allowTrailingComma: true });
  assert.deepEqual(errors, [], text);
  return value;
}

for (const [host, file, list, more] of hosts) {
  test(`${host}: a file is made where there is none`, () => {
    const home = newHome();
    const { stdout, stderr } = succeed(home, [host, '--yes'], s3);
    assert.ok(stdout.includes(path.join(home, file)));
    assert.match(stdout, /^\+ .*"S3_BUCKET": "my-images"/m);
    assert.match(stdout, /^\+ .*"S3_SECRET_KEY": "\*{8}"/m);
    assert.match(stderr, /^Done\. Restart /);
    const entry = entryOf(more, s3);
    assert.deepEqual(JSON.parse(read(home, file)), { [list]: { 'image-storage': entry } });
    assert.equal(mode(home, file), 0o600);
    assert.deepEqual(fs.readdirSync(path.dirname(path.join(home, file))), [path.basename(file)]);
  });

  test(`${host}: what is in the file stays, and comes back`, () => {
    const others = {
      theme: 'dark',
      [list]: { other: { command: 'npx', args: ['-y', 'x'], env: { TOKEN: SECRET } } },
      last: [1, 2.5, null],
    };
    const text = `${JSON.stringify(others, null, 4)}\n`;
    const home = newHome(file, text, 0o640);
    succeed(home, [host, '--yes'], { IMAGE_MAX_BYTES: '10MB' });
    const expected = structuredClone(others);
    expected[list]['image-storage'] = entryOf(more, { IMAGE_MAX_BYTES: '10MB' });
    // formatted as JSON.stringify does it, comma and all
    assert.equal(read(home, file), `${JSON.stringify(expected, null, 4)}\n`);
    assert.equal(mode(home, file), 0o640);
    assert.equal(read(home, `${file}.bak`), text);

    const again = succeed(home, [host, '--yes'], { IMAGE_MAX_BYTES: '10MB' });
    assert.equal(again.stdout, '');
    assert.match(again.stderr, /^Nothing to do: /);
    assert.ok(!fs.existsSync(path.join(home, `${file}.bak.1`)));

    succeed(home, [host, '--remove', '--yes']);
    assert.equal(read(home, file), text);
    assert.match(succeed(home, [host, '--remove', '--yes']).stderr, /^Nothing to do: /);
  });
}

const commented = `// Settings, by hand
{
\t"theme": "dark", // not light
\t"inputs": [
\t\t"a", /* trailing */
\t],
\t"servers": {
\t\t// "old": { "command": "old" },
\t\t"github": {
\t\t\t"command": "docker", // needs the daemon
\t\t},
\t\t/* the end */
\t},
}
`;

test('comments and trailing commas stay where they are', () => {
  const file = '.config/Code/User/mcp.json';
  for (const text of [commented, commented.replaceAll('\n', '\r\n'), `\uFEFF${commented}`]) {
    const home = newHome(file, text);
    succeed(home, ['vscode', '--yes'], s3);
    const changed = read(home, file);
    const expected = parse(text.replace('\uFEFF', ''));
    expected.servers['image-storage'] = { type: 'stdio', command: BINARY, env: s3 };
    assert.deepEqual(parse(changed.replace('\uFEFF', '')), expected);
    for (const line of text.split('\n')) assert.ok(changed.split('\n').includes(line), line);
    assert.match(changed, /\n\t\t"image-storage": \{\r?\n\t\t\t"type": "stdio",/);
    if (text.includes('\r')) assert.equal(changed.replaceAll('\r\n', '').indexOf('\n'), -1);
    succeed(home, ['vscode', '--remove', '--yes']);
    assert.equal(read(home, file), text);
  }
});

test('an entry that is there is replaced, and the change shown', () => {
  const entry = { command: '/old/place', env: { S3_SECRET_KEY: `old-${SECRET}` } };
  const text = JSON.stringify({ mcpServers: { 'image-storage': entry, z: {} } }, null, 2);
  const home = newHome('.cursor/mcp.json', text);
  const { stdout, stderr } = succeed(home, ['cursor', '--yes'], s3);
  assert.match(stdout, /^- .*"command": "\/old\/place"/m);
  assert.match(stdout, /^- .*"S3_SECRET_KEY": "\*{8}"/m);
  assert.match(stdout, /^\+ .*"S3_SECRET_KEY": "\*{8}"/m);
  assert.match(stderr, /others can read/);
  const { mcpServers } = JSON.parse(read(home, '.cursor/mcp.json'));
  assert.deepEqual(Object.keys(mcpServers), ['image-storage', 'z']);
  assert.deepEqual(mcpServers['image-storage'], { command: BINARY, env: s3 });
});

test('the entry starts a server that saves an image', async () => {
  const home = newHome();
  const settings = { IMAGE_STORAGE_DIR: path.join(home, 'pictures'), S3_PREFIX: 'art' };
  succeed(home, ['claude-desktop', '--yes'], settings);
  const { mcpServers } = JSON.parse(read(home, '.config/Claude/claude_desktop_config.json'));
  const { command, env } = mcpServers['image-storage'];
  assert.equal(command, BINARY);
  await withServer(env, async (server) => {
    const { key } = await server.saved(saving(pngOfSize(1000)));
    assert.match(key, /^art\//);
    assert.ok(fs.existsSync(path.join(home, 'pictures', key)));
  });
});

test('without a terminal and without --yes nothing is changed', () => {
  const home = newHome();
  const { status, stdout, stderr } = run(home, ['cursor'], s3);
  assert.equal(status, DECLINED);
  assert.match(stdout, /^\+ .*"image-storage"/m);
  assert.match(stderr, /--yes/);
  assert.deepEqual(fs.readdirSync(home), []);
});

test('on a terminal it asks, and a yes does it', async () => {
  const home = newHome();
  const { status, screen } = await onTerminal(home, ['cursor'], s3, () => 'y\n');
  assert.equal(status, 0, screen);
  assert.match(screen, /\x1b\[32m\+ .*"image-storage"/); // in green
  assert.match(screen, /Done\. Restart Cursor\./);
  assert.equal(JSON.parse(read(home, '.cursor/mcp.json')).mcpServers['image-storage'].env.S3_SECRET_KEY, SECRET);
});

test('anything but a yes changes nothing', async () => {
  for (const answer of ['n\n', '\n', 'yellow\n', '\x04']) {
    const home = newHome();
    const { status, screen } = await onTerminal(home, ['cursor'], {}, () => answer);
    assert.equal(status, DECLINED, screen);
    assert.match(screen, /Nothing was changed\./);
    assert.deepEqual(fs.readdirSync(home), []);
  }
});

test('a file that changes while it asks is left alone', async () => {
  const file = '.cursor/mcp.json';
  const home = newHome(file, '{"mcpServers": {}}');
  const { status, screen } = await onTerminal(home, ['cursor'], {}, () => {
    fs.writeFileSync(path.join(home, file), '{"mcpServers": {"theirs": {}}}');
    return 'y\n';
  });
  assert.equal(status, 1, screen);
  assert.match(screen, /changed\s+by another program meanwhile; nothing was written/);
  assert.equal(read(home, file), '{"mcpServers": {"theirs": {}}}');
  assert.deepEqual(fs.readdirSync(path.join(home, '.cursor')), ['mcp.json']);
});

test('a link to the file stays a link', () => {
  const home = newHome('dotfiles/cursor.json', '{"mcpServers": {}}\n', 0o600);
  fs.mkdirSync(path.join(home, '.cursor'));
  fs.symlinkSync('../dotfiles/cursor.json', path.join(home, '.cursor/mcp.json'));
  const { stdout } = succeed(home, ['cursor', '--yes']);
  assert.ok(stdout.includes('dotfiles/cursor.json'));
  assert.equal(fs.readlinkSync(path.join(home, '.cursor/mcp.json')), '../dotfiles/cursor.json');
  assert.ok('image-storage' in JSON.parse(read(home, 'dotfiles/cursor.json')).mcpServers);
  assert.deepEqual(fs.readdirSync(path.join(home, '.cursor')), ['mcp.json']);
  assert.deepEqual(fs.readdirSync(path.join(home, 'dotfiles')), ['cursor.json', 'cursor.json.bak']);
});

test('a directory that cannot be written to is named, and nothing is left in it', () => {
  const home = newHome('.cursor/mcp.json', '{}');
  const directory = path.join(home, '.cursor');
  const nobody = process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {};
  fs.chmodSync(home, 0o755);
  fs.chmodSync(directory, 0o555);
  // where nobody can start it
  const program = path.join(home, 'image-storage-mcp');
  fs.copyFileSync(PROGRAM, program);
  const { status, stderr } = spawnSync(program, ['setup', 'cursor', '--yes'], {
    ...options(home, {}),
    ...nobody,
    encoding: 'utf8',
  });
  fs.chmodSync(directory, 0o755);
  assert.equal(status, 1, stderr);
  assert.ok(stderr.includes('mcp.json'));
  assert.match(stderr, /Permission denied/);
  assert.deepEqual(fs.readdirSync(directory), ['mcp.json']);
  assert.equal(read(home, '.cursor/mcp.json'), '{}');
});

test('what is not JSON is left alone, and the entry is printed', () => {
  const broken = [
    ['{"mcpServers": {', /is not JSON at line 1/],
    [`{\n  "token": "${SECRET}"\n  "b": 1\n}`, /is not JSON at line 3/],
    ['[]', /does not hold a JSON object/],
    ['{"mcpServers": []}', /"mcpServers" in it is not an object/],
  ];
  for (const [text, says] of broken) {
    const home = newHome('.cursor/mcp.json', text);
    const { status, stdout, stderr } = run(home, ['cursor', '--yes']);
    assert.equal(status, 2);
    assert.match(stderr, says);
    assert.ok('image-storage' in JSON.parse(stdout).mcpServers);
    assert.equal(read(home, '.cursor/mcp.json'), text);
    assert.deepEqual(fs.readdirSync(path.join(home, '.cursor')), ['mcp.json']);
  }
});

test('--print prints the entry and changes nothing', () => {
  const home = newHome();
  const { stdout, stderr } = succeed(home, ['vscode', '--print', '--name', 'pictures'], s3);
  assert.deepEqual(JSON.parse(stdout), {
    servers: { pictures: { type: 'stdio', command: BINARY, env: s3 } },
  });
  assert.ok(stderr.includes(path.join(home, '.config/Code/User/mcp.json')));
  assert.deepEqual(fs.readdirSync(home), []);
});

test('--print hides secrets on a terminal', async () => {
  const { status, screen } = await onTerminal(newHome(), ['cursor', '--print'], s3, () => '');
  assert.equal(status, 0);
  assert.match(screen, /"S3_SECRET_KEY": "\*{8}"/);
});

test('for a host with TOML the entry is printed', () => {
  const home = newHome();
  const { stdout, stderr } = succeed(home, ['codex', '--yes'], s3);
  assert.ok(!stdout.includes('mcpServers'));
  assert.ok(stderr.includes(path.join(home, '.codex/config.toml')));
  assert.deepEqual(fs.readdirSync(home), []);
});

test('the TOML means the entry', (t) => {
  const settings = { IMAGE_STORAGE_DIR: '/ä "b"\\\u007F\u0001\'' };
  const { stdout } = succeed(newHome(), ['codex', '--print'], settings);
  const script = 'import json, sys, tomllib; json.dump(tomllib.load(sys.stdin.buffer), sys.stdout)';
  const python = spawnSync('python3', ['-c', script], { input: stdout, encoding: 'utf8' });
  if (/No module named 'tomllib'/.test(python.stderr)) return t.skip('this python3 has no tomllib');
  assert.equal(python.status, 0, python.stderr);
  assert.deepEqual(JSON.parse(python.stdout), {
    mcp_servers: { 'image-storage': { command: BINARY, env: settings } },
  });
});

test('--scope project is the configuration of the current directory', () => {
  for (const [host, file, list] of [
    ['claude-code', '.mcp.json', 'mcpServers'],
    ['cursor', '.cursor/mcp.json', 'mcpServers'],
    ['vscode', '.vscode/mcp.json', 'servers'],
    ['gemini-cli', '.gemini/settings.json', 'mcpServers'],
  ]) {
    const project = newHome();
    const { stderr } = succeed(project, [host, '--scope', 'project', '--yes'], s3);
    assert.ok('image-storage' in JSON.parse(read(project, file))[list]);
    assert.match(stderr, /do not commit it/);
  }
});

test('--env sets, overrides and leaves out', () => {
  const home = newHome();
  const args = ['-e', 'S3_PREFIX=a', '--env=S3_BUCKET=other', '-eS3_CDN_URL=', '--yes'];
  succeed(home, ['cursor', ...args], s3);
  const { env } = JSON.parse(read(home, '.cursor/mcp.json')).mcpServers['image-storage'];
  const { S3_CDN_URL: _, ...rest } = s3;
  assert.deepEqual(env, { ...rest, S3_BUCKET: 'other', S3_PREFIX: 'a' });
});

test('an entry that is there keeps its variables unless others are given', () => {
  const home = newHome();
  const entry = () => JSON.parse(read(home, '.cursor/mcp.json')).mcpServers['image-storage'];
  succeed(home, ['cursor', '--yes'], s3);
  succeed(home, ['cursor', '--yes', '-e', 'S3_PREFIX=a', '-e', 'S3_CDN_URL='], {
    S3_REGION: 'eu-west-1',
  });
  const { S3_CDN_URL: _, ...rest } = s3;
  assert.deepEqual(entry().env, { ...rest, S3_PREFIX: 'a', S3_REGION: 'eu-west-1' });
  assert.match(succeed(home, ['cursor', '--yes']).stderr, /Nothing to do/);
});

test('a server that would not start is not set up', () => {
  const home = newHome();
  const { status, stderr } = run(home, ['cursor', '--yes', '-e', 'S3_ENDPOINT=ftp://x']);
  assert.equal(status, 2);
  assert.match(stderr, /S3_ENDPOINT is "ftp:\/\/x"/);
  assert.match(stderr, /S3_BUCKET is not set/);
  const named = run(home, ['cursor', '--yes', '-e', 'S3_BUCKET=b'], s3);
  assert.equal(named.status, 2);
  assert.match(named.stderr, /would not start with this configuration: "b" cannot be the name of a bucket/);
  assert.deepEqual(fs.readdirSync(home), []);
});

test('--env with a name alone takes the value from the environment or asks for it', async () => {
  const home = newHome();
  const name = ['cursor', '--yes', '-e', 'S3_SECRET_KEY'];
  const declined = run(home, name, { ...s3, S3_SECRET_KEY: '' });
  assert.equal(declined.status, DECLINED);
  assert.match(declined.stderr, /S3_SECRET_KEY is not set, and there is no terminal/);
  assert.deepEqual(fs.readdirSync(home), []);
  const running = terminal({ ...s3, S3_SECRET_KEY: '', HOME: home }, ['setup', ...name]);
  const { code, stdout } = await running.used(async () => {
    await running.shows('S3_SECRET_KEY (not shown): ');
    running.type(`wrong\x15${SECRET}x\x7f\r`);
  });
  assert.equal(code, 0, stdout);
  assert.ok(!stdout.includes(SECRET), stdout);
  const file = JSON.parse(fs.readFileSync(path.join(home, '.cursor/mcp.json'), 'utf8'));
  assert.equal(file.mcpServers['image-storage'].env.S3_SECRET_KEY, SECRET);
});

test('Ctrl-C at the question for a secret ends it, and the terminal echoes again', async () => {
  const home = newHome();
  const command = 'stty -a >before; "$0" setup cursor --yes -e S3_SECRET_KEY; stty -a >after';
  const settings = { ...s3, S3_SECRET_KEY: '', HOME: home, PATH: process.env.PATH };
  const shell = new Terminal(
    'sh',
    ['-c', `trap : INT; cd "$HOME"; ${command}`, PROGRAM],
    settings,
  );
  await shell.used(async () => {
    await shell.shows('S3_SECRET_KEY (not shown): ');
    shell.type('\x03');
  });
  const read = (name) => fs.readFileSync(path.join(home, name), 'utf8');
  assert.match(read('before'), / echo /);
  assert.equal(read('after'), read('before'));
  assert.ok(!fs.existsSync(path.join(home, '.cursor')));
});

test('a secret on the command line is taken with a warning', () => {
  const home = newHome();
  const { status, stderr } = run(home, ['cursor', '--yes', '-e', `S3_SECRET_KEY=${SECRET}`], s3);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /S3_SECRET_KEY is on the command line/);
});

test('mistakes on the command line are refused by name', () => {
  for (const [args, says] of [
    [['curser'], /"curser" is no host/],
    [['cursor', '-e', 'S3_BUKET=b'], /"S3_BUKET" is no variable/],
    [['cursor', '--scope', 'global'], /--scope is "global"/],
    [['claude-desktop', '--scope', 'project'], /Claude Desktop has no configuration for a project/],
    [['cursor', '--name', 'my images'], /--name is "my images"/],
    [['cursor', '--name', ''], /--name is ""/],
    [['codex', '--remove'], /remove \[mcp_servers\.image-storage\] by hand/],
    [['cursor', 'vscode'], /too many arguments/],
  ]) {
    const home = newHome();
    const { status, stderr, stdout } = run(home, [...args, '--yes']);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, says);
    assert.equal(stdout, '');
    assert.deepEqual(fs.readdirSync(home), []);
  }
});

test('XDG_CONFIG_HOME is where the configuration is', () => {
  const home = newHome();
  const config = path.join(home, 'config');
  succeed(home, ['zed', '--yes'], { XDG_CONFIG_HOME: config });
  assert.ok(fs.existsSync(path.join(config, 'zed/settings.json')));
});

test('without a host it lists the hosts and what is set up', () => {
  const home = newHome('.cursor/mcp.json', '{}');
  succeed(home, ['cursor', '--yes']);
  fs.mkdirSync(path.join(home, '.lmstudio'));
  fs.writeFileSync(path.join(home, '.lmstudio/mcp.json'), 'oops');
  fs.mkdirSync(path.join(home, '.gemini'));
  fs.writeFileSync(path.join(home, '.gemini/settings.json'), '{}');
  const lines = succeed(home, []).stdout.trim().split('\n').map((line) => line.split('\t'));
  const states = Object.fromEntries(lines.map(([host, state]) => [host, state]));
  assert.deepEqual(Object.keys(states).sort(), [...hosts.map(([host]) => host), 'codex'].sort());
  assert.equal(states.cursor, 'set up');
  assert.equal(states['gemini-cli'], 'not set up');
  assert.equal(states['lm-studio'], 'unreadable');
  assert.equal(states.vscode, 'no file');
  for (const [host, , file] of lines) {
    const known = hosts.find(([name]) => name === host);
    if (known) assert.equal(file, path.join(home, known[1]));
  }
});
