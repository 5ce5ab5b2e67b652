// SPDX-License-Identifier: MIT
// Images as models and hosts write them: every spelling of base64 that is meant well is understood,
// and whatever is damaged is refused with the place, without anything being stored.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { base64, png, pngOfExactSize, pngOfSize, saving, sha256 } from './harness/images.mjs';
import { modernMeta, withLocalServer } from './harness/server.mjs';

const THRESHOLD = 64 * 1024; // characters, from where base64 is decoded as it arrives
const SIZES = [300, 3000, 200_000]; // below, below and far above it

const nothingStored = (directory) => !existsSync(directory) || readdirSync(directory).length === 0;

// Sends save_image with `data` spelled in JSON exactly as given.
async function saveSpelled(server, spelled, id = server.newId()) {
  const meta = JSON.stringify(modernMeta());
  const line =
    `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"save_image","arguments":` +
    `{"data":"${spelled}","prompt":"p","model":"m"},"_meta":${meta}}}\n`;
  server.write(line, id);
  const { result } = await server.answerTo(id);
  assert.notEqual(result.isError, true, result.content[0].text);
  return result.structuredContent;
}

const insertEvery = (text, count, what) =>
  text.replace(new RegExp(`.{${count}}`, 'g'), (piece) => piece + what);

const spellings = [
  ['plain base64', (text) => text],
  ['a data URL', (text) => `data:image/png;base64,${text}`],
  ['a data URL in capitals', (text) => `DATA:IMAGE/PNG;BASE64,${text}`],
  ['a data URL with parameters', (text) => `data:image/png;name=a.png;base64,${text}`],
  ['a data URL without a type', (text) => `data:;base64,${text}`],
  ['slashes written as \\/', (text) => text.replaceAll('/', '\\/')],
  ['plus signs written as \\u002b', (text) => text.replaceAll('+', '\\u002b')],
  ['plus signs written as \\u002B', (text) => text.replaceAll('+', '\\u002B')],
  ['every letter A as an escape', (text) => text.replaceAll('A', '\\u0041')],
  ['lines of 76 as in MIME', (text) => insertEvery(text, 76, '\\r\\n')],
  ['lines of 64 as in PEM', (text) => insertEvery(text, 64, '\\n')],
  ['a line break at the end', (text) => `${text}\\n`],
  ['spaces and tabs', (text) => ` ${insertEvery(text, 1000, ' \\t')} `],
  ['the URL-safe alphabet', (text) => text.replaceAll('+', '-').replaceAll('/', '_')],
  ['no padding', (text) => text.replace(/=+$/, '')],
  [
    'the URL-safe alphabet without padding',
    (text) => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
  ],
  [
    'escapes in the data URL too',
    (text) => `data:image\\/png;base64,${text.replaceAll('/', '\\/')}`,
  ],
];

for (const [what, spell] of spellings) {
  test(`${what} is understood`, () =>
    withLocalServer(async (server) => {
      for (const size of SIZES)
        for (const slack of [0, 1, 2]) {
          const image = pngOfExactSize(size + slack); // each padding: none, ==, =
          const facts = await saveSpelled(server, spell(base64(image)));
          assert.equal(facts.sha256, sha256(image), `${image.length} bytes`);
        }
    }));
}

test('a claimed type that differs from the bytes is corrected, not believed', () =>
  withLocalServer(async (server) => {
    for (const size of SIZES)
      for (const type of ['image/jpeg', 'image/webp', 'text/html', 'application/octet-stream']) {
        const data = `data:${type};base64,${base64(pngOfSize(size))}`;
        const facts = await server.saved({ data, prompt: 'p', model: 'm' });
        assert.equal(facts.mimeType, 'image/png');
        assert.match(facts.filename, /\.png$/);
      }
  }));

test('strings of a length around the threshold are all the same to the caller', () =>
  withLocalServer(async (server) => {
    for (let length = THRESHOLD - 5; length <= THRESHOLD + 5; length++) {
      // without padding, so that every length but those of 4n + 1 can be had
      if (length % 4 === 1) continue;
      const image = pngOfExactSize(Math.floor((length * 3) / 4));
      const data = base64(image).replace(/=+$/, '');
      assert.equal(data.length, length);
      const facts = await server.saved({ data, prompt: 'p', model: 'm' });
      assert.equal(facts.sha256, sha256(image));
    }
  }));

const letters = (length) => base64(pngOfSize(length)).slice(0, length);

const longPrompts = [
  ['prose of 200 KB', 'A lighthouse, in fog; at night. '.repeat(6400)],
  ['200 KB that look like base64', letters(200_000)],
  ['base64 that turns out to be prose at its end', `${letters(150_000)} and that was that!`],
  ['base64 with line breaks', insertEvery(letters(150_000), 76, '\r\n')],
  ['a data URL', `data:image/png;base64,${letters(150_000)}`],
  ['200 KB of Japanese', '霧の中の灯台。'.repeat(10_000)],
  ['only white space', ' \n\t'.repeat(40_000)],
  ['padding in the middle', `${letters(100_000)}==${letters(100_000)}`],
  ['lone quotes and backslashes', '"\\'.repeat(60_000)],
];

for (const [what, prompt] of longPrompts) {
  test(`a prompt that is ${what} comes back unchanged`, () =>
    withLocalServer(async (server) => {
      const facts = await server.saved(saving(pngOfSize(100_000), { prompt }));
      assert.equal(facts.metadata.prompt, prompt);
    }));
}

test('strings of exactly the threshold that are text stay text', () =>
  withLocalServer(async (server) => {
    for (const length of [THRESHOLD - 1, THRESHOLD, THRESHOLD + 1]) {
      const prompt = letters(length);
      const facts = await server.saved(saving(pngOfSize(1000), { prompt }));
      assert.equal(facts.metadata.prompt, prompt);
    }
  }));

test('long strings deep inside parameters come back unchanged', () =>
  withLocalServer(async (server) => {
    const parameters = { a: [{ mask: letters(100_000) }, 'x'.repeat(100_000)], seed: 42 };
    const facts = await server.saved(saving(pngOfSize(100_000), { parameters }));
    assert.deepEqual(facts.metadata.parameters, parameters);
  }));

test('several images under way at once do not get mixed up', () =>
  withLocalServer(async (server) => {
    const images = Array.from({ length: 20 }, (_, i) => pngOfSize(1000 + i * 20_000));
    const all = await Promise.all(images.map((image) => server.saved(saving(image))));
    assert.deepEqual(
      all.map((facts) => facts.sha256),
      images.map(sha256),
    );
  }));

const notBase64 = [
  ['a character of no alphabet', (text) => `${text.slice(0, 120)}!${text.slice(121)}`, /120/],
  [
    'an ellipsis, as models leave out things',
    (text) => `${text.slice(0, 120)}...${text.slice(123)}`,
    /120/,
  ],
  ['both alphabets mixed', (text) => `${text.slice(0, 120)}+-/_${text.slice(124)}`, /12\d/],
  ['padding in the middle', (text) => `${text.slice(0, 120)}==${text.slice(120)}`, /12\d/],
  [
    'one character over',
    (text) => `${text.replace(/=+$/, '')}AAAA`.slice(0, -(text.length % 4) - 3),
    /./,
  ],
  ['a file name instead of the bytes', () => '/home/me/picture.png', /./],
  ['nothing at all', () => '', /./],
  ['only padding', () => '====', /./],
  ['a data URL of a drawing', () => 'data:image/svg+xml,%3Csvg/%3E', /SVG drawing/],
  ['a data URL with nothing in it', () => 'data:image/png;base64,', /./],
];

for (const [what, spoil, place] of notBase64) {
  test(`${what} is refused, and nothing is stored`, () =>
    withLocalServer(async (server, directory) => {
      for (const size of SIZES) {
        const data = spoil(base64(pngOfExactSize(size + (3 - (size % 3)))));
        const text = await server.refused({ data, prompt: 'p', model: 'm' });
        assert.match(text, place);
        assert.ok(text.length < 1000, 'a sentence, not a book');
      }
      assert.ok(nothingStored(directory));
    }));
}

test('a mistake in a large image is named, too', () =>
  withLocalServer(async (server, directory) => {
    const text = base64(pngOfSize(10_000_000));
    const head = 'data:image/png;base64,';
    for (const whole of [text, head + text]) {
      for (const at of [whole === text ? 300 : 30, 100_000, whole.length - 1000]) {
        const data = `${whole.slice(0, at)}!${whole.slice(at + 1)}`;
        assert.match(
          await server.refused({ data, prompt: 'p', model: 'm' }),
          new RegExp(`'!' at offset ${at} is not base64`),
        );
      }
    }
    assert.ok(nothingStored(directory));
  }));

const damage = [
  [
    'a flipped bit',
    (bytes) => Buffer.from(bytes.map((b, i) => (i === 60 ? b ^ 1 : b))),
    /CRC|checksum/i,
  ],
  ['the end cut off', (bytes) => bytes.subarray(0, -20), /\d/],
  ['only the beginning', (bytes) => bytes.subarray(0, 40), /\d/],
  ['text', () => Buffer.from('This is a picture of a lighthouse in fog. '.repeat(9)), /./],
  ['a web page', () => Buffer.from('<!doctype html><title>404 Not Found</title>'.repeat(5)), /./],
  ['a PDF', () => Buffer.from(`%PDF-1.7\n${'x'.repeat(500)}`), /./],
  ['no width', (bytes) => Buffer.from(bytes.map((b, i) => (i >= 16 && i < 20 ? 0 : b))), /./],
];

for (const [what, spoil, place] of damage) {
  test(`an image with ${what} is refused, and nothing is stored`, () =>
    withLocalServer(async (server, directory) => {
      for (const size of SIZES) {
        const text = await server.refused(saving(spoil(pngOfSize(size))));
        assert.match(text, place);
      }
      assert.ok(nothingStored(directory));
    }));
}

test('an image with rubbish after the end is stored as it is, and the result says so', () =>
  withLocalServer(async (server) => {
    for (const size of SIZES) {
      const image = Buffer.concat([pngOfSize(size), Buffer.from('rubbish')]);
      const facts = await server.saved(saving(image));
      assert.equal(facts.sha256, sha256(image));
      assert.equal(facts.size, image.length);
      assert.match(facts.notes.join(), /follow its end/);
    }
  }));

test('an image of one pixel and one of 10 MB are both fine', () =>
  withLocalServer(async (server) => {
    for (const image of [png({ width: 1, height: 1 }), pngOfSize(10_000_000)]) {
      const facts = await server.saved(saving(image));
      assert.equal(facts.sha256, sha256(image));
    }
  }));
