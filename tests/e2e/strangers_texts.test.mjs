// SPDX-License-Identifier: MIT
// Texts that somebody else wrote (prompts, file names, records, what a store says), as a terminal
// and a model get them: nothing in them is a command. --json and structuredContent keep them whole.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { StubStore } from '../servers/stub_store.mjs';
import { json, run, terminal } from './harness/commands.mjs';
import { temporaryDirectory } from './harness/directory.mjs';
import { pngOfSize } from './harness/images.mjs';

// C1, an OSC title, overrides, isolates, marks, DEL, line separators, unseen tags, a bell, CR.
const HOSTILE =
  'a \u009b31m \u009d0;title\u009c \x1b[2J\x07 \u202egnp \u2066i\u2069 \u200f\u061c \x7f\u2028' +
  '\u{e0041}\ufeff\r end';
const COMMANDS =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffd]|[\u{e0000}-\u{e007f}]/u;

// What the terminal gets, without what the program itself tells it.
const withoutStyle = (text) => text.replace(/\x1b\[[0-9;]*[mK]/g, '').replace(/\r/g, '');

function assertHarmless(text) {
  const found = COMMANDS.exec(withoutStyle(text));
  assert.equal(found, null, found && `${escape(found[0])} in ${JSON.stringify(text)}`);
}

// A store whose record was written by hand: a new one with one image.
async function hostileStore() {
  const directory = temporaryDirectory('images');
  const settings = { IMAGE_STORAGE_DIR: directory };
  const file = path.join(temporaryDirectory('files'), `${HOSTILE.replace(/\//g, '')}.png`);
  writeFileSync(file, pngOfSize(600));
  const { files } = await json(settings, ['save', file, '--prompt', 'p', '--model', 'm']);
  const { key } = files[0].image;
  const folder = path.join(directory, path.dirname(key));
  const record = path.join(folder, readdirSync(folder).find((name) => name.endsWith('.json')));
  const metadata = JSON.parse(readFileSync(record, 'utf8'));
  const planted = { prompt: HOSTILE, model: HOSTILE, category: HOSTILE, parameters: { [HOSTILE]: HOSTILE } };
  writeFileSync(record, JSON.stringify({ ...metadata, ...planted }));
  return { settings, key, file };
}

describe('on a terminal', () => {
  const commands = [
    ['list'],
    ['list', '--prompts'],
    ['list', '--json'],
    ['list', '--query', 'end', '--json'],
    ['show', 'KEY'],
    ['show', 'KEY', '--json'],
    ['stats'],
    ['stats', '--json'],
    ['cleanup', '--keep', '0', '--dry-run'],
    ['cleanup', '--keep', '0', '--dry-run', '--json'],
    ['save', 'FILE'],
    ['save', 'FILE', '--json'],
    ['save', 'MISSING', '--json'],
    ['save', 'MISSING'],
    ['show', HOSTILE],
    ['list', '--cursor', HOSTILE],
    ['list', '--from', HOSTILE],
    ['list', '--limit', HOSTILE],
    ['save', 'FILE', '--timestamp', HOSTILE],
    ['save', 'FILE', '--parameters', HOSTILE],
    ['show', 'KEY', '--output', `/nowhere/${HOSTILE}`],
    ['cleanup', '--older-than', HOSTILE],
    ['setup', HOSTILE],
    ['setup', 'cursor', '--print', '--name', HOSTILE],
    ['setup', 'codex', '--print', '--name', HOSTILE],
    ['setup', 'cursor', '--print', '--env', 'IMAGE_MAX_BYTES=5000', '--env', `${HOSTILE}=1`],
    ['doctor'],
    ['doctor', '--json'],
    ['help', HOSTILE],
    [HOSTILE],
    ['list', `--${HOSTILE}`],
    ['delete', HOSTILE, '--yes'],
    ['delete', HOSTILE, '--yes', '--json'],
  ];
  for (const line of commands) {
    test(JSON.stringify(line.join(' ')), async () => {
      const { settings, key, file } = await hostileStore();
      const words = { KEY: key, FILE: file, MISSING: `/nowhere/${HOSTILE}` };
      const { stdout } = await terminal(settings, line.map((word) => words[word] ?? word)).end();
      assert.notEqual(stdout, '');
      assertHarmless(stdout);
    });
  }

  for (const [answer, end] of [['n\n', 'Nothing was deleted'], ['y\n', 'deleted']]) {
    test(`the question of delete, answered with ${answer[0]}`, async () => {
      const { settings, key } = await hostileStore();
      const running = terminal(settings, ['delete', key]);
      await running.shows('[y/N] ');
      running.type(answer);
      const { stdout } = await running.end();
      assert.ok(stdout.includes(end));
      assertHarmless(stdout);
    });
  }

  test('the diff of setup', async () => {
    const home = temporaryDirectory('home');
    const file = path.join(home, '.claude.json');
    const other = `{\n  "mcpServers": {\n    "x": {"command": "${JSON.stringify(HOSTILE).slice(1, -1)}\u009b\u202e"}\n  }\n}\n`;
    writeFileSync(file, other);
    const running = terminal({ HOME: home, ...(await hostileStore()).settings }, [
      'setup',
      'claude-code',
    ]);
    await running.shows('[y/N] ');
    running.type('n\n');
    assertHarmless((await running.end()).stdout);
  });

  test('a variable of the configuration that is wrong', async () => {
    for (const line of [['list'], []]) {
      const { stdout } = await terminal({ IMAGE_MAX_BYTES: HOSTILE }, line).end();
      assert.match(stdout, /IMAGE_MAX_BYTES/);
      assertHarmless(stdout);
    }
  });

  test('what a store says in its errors', async () => {
    const store = await StubStore.start();
    const xml = HOSTILE.replace(/[\x00-\x1f]/g, ' ');
    store.fault = () => async (request, response) => {
      request.resume();
      response.writeHead(403, { 'content-type': 'application/xml' });
      response.end(`<Error><Code>Code${xml}</Code><Message>${xml}</Message></Error>`);
    };
    try {
      const { file } = await hostileStore();
      for (const options of [[], ['--json']]) {
        const { stdout } = await terminal(store.settings(), ['save', file, ...options]).end();
        assertHarmless(stdout);
      }
    } finally {
      store.stop();
    }
  });
});

test('--json means the same whoever looks at it', async () => {
  const { settings, key } = await hostileStore();
  const shown = await json(settings, ['show', key]);
  assert.equal(shown.metadata.prompt, HOSTILE);
  assert.deepEqual(shown.metadata.parameters, { [HOSTILE]: HOSTILE });
  const { stdout } = await run(settings, ['show', key, '--json']);
  assertHarmless(stdout);
});
