// SPDX-License-Identifier: MIT
// What hosts and models really send: nothing written as null, objects as text, arguments that nobody
// asked for, prompts that were cut in the middle of a character.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pngOfSize, saving } from './harness/images.mjs';
import { modernMeta, withLocalServer } from './harness/server.mjs';

const { data, prompt, model } = saving(pngOfSize(500));
const good = { data, prompt, model };
const block = { type: 'image', data, mimeType: 'image/png' };

const savings = [
  ['null and "" for what is optional', { ...good, path: null, url: '', category: '', image: {} }],
  ['parameters as text', { ...good, parameters: '{"seed": 42}' }, { parameters: { seed: 42 } }],
  ['parameters as []', { ...good, parameters: [] }],
  ['a category that is a number', { ...good, category: 7 }, { category: '7' }],
  ['a block as text', { image: JSON.stringify(block), prompt, model }],
  ['a block in an array', { image: [block], prompt, model }],
  ['all arguments as text', JSON.stringify(good)],
  ['arguments in arguments', { arguments: good }],
  ['a call in a call', { name: 'save_image', arguments: good }],
];

for (const [what, args, kept = {}] of savings)
  test(`${what}: saved`, () =>
    withLocalServer(async (server) => {
      const result = await server.call('save_image', args);
      assert.notEqual(result.isError, true, JSON.stringify(result.content));
      const { metadata } = result.structuredContent;
      for (const [name, value] of Object.entries({ prompt, model, ...kept }))
        assert.deepEqual(metadata[name], value);
      assert.doesNotMatch(JSON.stringify(result.content), /Ignored/);
    }));

test('what nobody asked for is ignored, and the result says so', () =>
  withLocalServer(async (server) => {
    const args = { ...good, task_progress: '- [x] generate\n- [ ] save', 'x\u001b[2J': 1 };
    const { content, isError } = await server.call('save_image', args);
    assert.notEqual(isError, true);
    const note = content.at(-1).text;
    assert.match(note, /^Ignored, .*"task_progress", "x \[2J"$/);
    const refused = await server.call('save_image', { ...args, prompt: undefined });
    assert.equal(refused.isError, true);
    assert.match(refused.content[0].text, /"prompt" is missing$/);
    assert.match(refused.content.at(-1).text, /task_progress/);
  }));

test('"" and null filter nothing', () =>
  withLocalServer(async (server) => {
    const { key } = await server.saved(good);
    for (const nothing of ['', null]) {
      const names = ['model', 'category', 'query', 'cursor', 'limit', 'date_range'];
      const args = Object.fromEntries(names.map((name) => [name, nothing]));
      const { images } = (await server.call('list_images', args)).structuredContent;
      assert.deepEqual(
        images.map((image) => image.key),
        [key],
      );
    }
  }));

const characters = [
  ['half an emoji', 'a cat \\ud83d', 'a cat \ufffd'],
  ['halves the wrong way round', '\\udc31\\ud83d', '\ufffd\ufffd'],
  ['U+0000', 'a\\u0000b', 'a\ufffdb'],
  ['something like a marker', '\\u0000:0', '\ufffd:0'],
  ['a whole emoji as escapes', '\\ud83d\\udc31', '🐱'],
];

for (const [what, escaped, kept] of characters)
  test(`a prompt with ${what} is saved`, () =>
    withLocalServer(async (server) => {
      const args = JSON.stringify({ ...good, prompt: 'PROMPT' }).replace('PROMPT', escaped);
      const id = server.newId();
      server.write(
        `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":` +
          `{"name":"save_image","arguments":${args},"_meta":${JSON.stringify(modernMeta())}}}\n`,
        id,
      );
      const { result } = await server.answerTo(id);
      assert.equal(result.structuredContent.metadata.prompt, kept);
    }));

test('a clean-up that asks for caution in words it does not know deletes nothing', () =>
  withLocalServer(async (server) => {
    for (const args of [{ dryRun: true }, { modle: 'x' }]) {
      const result = await server.call('cleanup_images', { keep_count: 0, ...args });
      assert.equal(result.isError, true, JSON.stringify(result));
    }
  }));

// --- data URLs and times -------------------------------------------------------------------------

const percent = (text) => text.replace(/[+/=]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
const heads = [
  ['charset', 'data:image/png;charset=utf-8;base64,'],
  ['an escape in a parameter', 'data:image/png;name=my%20cat.png;base64,'],
  ['quotes', 'data:image/png;name="a;b,c.png";charset=utf-8;base64,'],
  ['upper case', 'DATA:IMAGE/PNG;BASE64,'],
  ['white space around', '\n  data:image/png;base64,', '\n '],
  ['Japanese', 'data:image/png;name=猫.png;base64,'],
];

// Small ones are decoded when they are used, large ones as they arrive.
for (const size of [500, 300_000])
  for (const [what, head, tail = ''] of heads)
    test(`a data URL with ${what}, of ${size} bytes: saved`, () =>
      withLocalServer(async (server) => {
        const image = pngOfSize(size).toString('base64');
        for (const text of [head + image + tail, head + percent(image) + tail])
          await server.saved({ prompt, model, data: text });
      }));

test('a data URL of bytes that are percent-encoded is saved', () =>
  withLocalServer(async (server) => {
    for (const size of [500, 100_000]) {
      const bytes = [...pngOfSize(size)].map((b) => `%${b.toString(16).padStart(2, '0')}`);
      await server.saved({ prompt, model, data: `data:image/png,${bytes.join('')}` });
    }
  }));

const times = [
  ['2024-09-27', '2024-09-27T00:00:00Z'],
  ['2024-09-27T10:00:00', '2024-09-27T10:00:00Z'],
  ['2024-09-27 12:00 +0200', '2024-09-27T10:00:00Z'],
  [1727431200, '2024-09-27T10:00:00Z'],
  [1727431200250, '2024-09-27T10:00:00.250Z'],
];

test('times are taken as people write them', () =>
  withLocalServer(async (server) => {
    for (const [i, [timestamp, meant]] of times.entries()) {
      const { metadata } = await server.saved({ ...saving(pngOfSize(600 + i)), timestamp });
      assert.equal(metadata.timestamp, meant, `${timestamp}`);
    }
  }));
