// SPDX-License-Identifier: MIT
// Images from files, and as content blocks: what may be read is saved with the right bytes, what may
// not is refused with a sentence, whatever happens to the file meanwhile.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { until } from './harness/deadline.mjs';
import { temporaryDirectory } from './harness/directory.mjs';
import { base64, pngOfExactSize, pngOfSize, sha256 } from './harness/images.mjs';
import { withLocalServer, withServer } from './harness/server.mjs';

const LIMIT = 500_000; // IMAGE_MAX_BYTES

const asking = (source) => ({ ...source, prompt: 'a cat', model: 'm' });

// Runs body with a server that may read from the directory `inside`; `outside` is beside it.
async function withFiles(body, more = {}) {
  const home = temporaryDirectory('home');
  const directory = temporaryDirectory('images');
  const inside = path.join(home, 'my pictures');
  const outside = path.join(home, 'secrets');
  for (const each of [inside, outside]) mkdirSync(each);
  const settings = {
    HOME: home,
    IMAGE_STORAGE_DIR: directory,
    IMAGE_SOURCE_DIRS: `/nowhere:~/my pictures`,
    IMAGE_MAX_BYTES: `${LIMIT}`,
    ...more,
  };
  await withServer(settings, (server) => body(server, { inside, outside, home, directory }));
}

const place = (directory, name, bytes) => {
  const file = path.join(directory, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return file;
};

const spellings = [
  ['a path', (file) => ({ path: file })],
  ['a path with ~', (file, home) => ({ path: file.replace(home, '~') })],
  ['a file URL', (file) => ({ path: pathToFileURL(file).href })],
  ['a file URL of localhost', (file) => ({ path: `file://localhost${encodeURI(file)}` })],
  ['a file URL with nothing escaped', (file) => ({ path: `file://${file}` })],
  [
    'a resource link',
    (file) => ({ image: { type: 'resource_link', name: 'x', uri: pathToFileURL(file).href } }),
  ],
  [
    'a resource',
    (file) => ({ image: { type: 'resource', resource: { uri: pathToFileURL(file).href } } }),
  ],
];

for (const [what, spell] of spellings) {
  test(`${what} leads to the image`, () =>
    withFiles(async (server, { inside, home }) => {
      for (const name of ['cat.png', 'a cat.png', 'größe.png', '猫/夜.png', 'no extension']) {
        const image = pngOfSize(3000);
        const file = place(inside, name, image);
        const facts = await server.saved(asking(spell(file, home)));
        assert.equal(facts.sha256, sha256(image), name);
      }
    }));
}

test('an image of exactly the limit is saved, and sixteen at once', () =>
  withFiles(async (server, { inside }) => {
    const images = Array.from({ length: 16 }, () => pngOfExactSize(LIMIT));
    const files = images.map((image, i) => place(inside, `${i}.png`, image));
    const all = await Promise.all(files.map((file) => server.saved(asking({ path: file }))));
    assert.deepEqual(
      all.map((facts) => facts.sha256),
      images.map(sha256),
    );
  }));

// prepare: makes what is asked for, and gives the path of it
const refused = [
  [
    'a file beside the directory',
    ({ outside }) => place(outside, 'x.png', pngOfSize(500)),
    /not in a directory.*IMAGE_SOURCE_DIRS/,
  ],
  ['a system file', () => '/etc/passwd', /not in a directory/],
  ['".."', ({ inside }) => `${inside}/../secrets/x.png`, /leads out/],
  [
    '".." in a file URL',
    ({ inside }) => `file://${encodeURI(inside)}/%2e%2e/secrets/x.png`,
    /leads out/,
  ],
  [
    'a link to the outside',
    ({ inside, outside }) => {
      symlinkSync(place(outside, 'x.png', pngOfSize(500)), `${inside}/x.png`);
      return `${inside}/x.png`;
    },
    /symbolic link/,
  ],
  [
    'a linked directory outside',
    ({ inside, outside }) => {
      place(outside, 'x.png', pngOfSize(500));
      symlinkSync('../secrets', `${inside}/folder`);
      return `${inside}/folder/x.png`;
    },
    /symbolic link/,
  ],
  ['a relative path', () => 'cat.png', /absolute path/],
  ['the home of somebody else', () => '~root/cat.png', /absolute path/],
  ['a file URL of another computer', () => 'file://server/share/cat.png', /another computer/],
  ['a URL', () => 'https://example.com/cat.png', /give it as "url"/],
  ['a file that is not there', ({ inside }) => `${inside}/cat.png`, /it does not exist/],
  ['the directory', ({ inside }) => inside, /is a directory/],
  [
    'a FIFO',
    ({ inside }) => {
      execFileSync('mkfifo', [`${inside}/fifo`]);
      return `${inside}/fifo`;
    },
    /not a regular file/,
  ],
  [
    'a file over the limit',
    ({ inside }) => place(inside, 'x.png', pngOfExactSize(LIMIT + 1)),
    /larger than the limit of 500000 bytes.*IMAGE_MAX_BYTES/,
  ],
  [
    'a file of a terabyte',
    ({ inside }) => {
      const file = place(inside, 'x.png', pngOfSize(500));
      truncateSync(file, 2 ** 40);
      return file;
    },
    /IMAGE_MAX_BYTES/,
  ],
  ['an empty file', ({ inside }) => place(inside, 'x.png', ''), /empty/],
  [
    'a text file',
    ({ inside }) => place(inside, 'x.png', 'a cat on a mat'),
    /not an image.*plain text/,
  ],
  [
    'a damaged image',
    ({ inside }) => place(inside, 'x.png', pngOfSize(500).subarray(0, -5)),
    /the PNG is damaged/,
  ],
  ['nothing', () => '', /the image is missing/],
  ['NUL', ({ inside }) => `file://${encodeURI(inside)}/x%00.png`, /percent escape/],
];

for (const [what, prepare, says] of refused) {
  test(`${what} is refused with a sentence, and nothing is stored`, () =>
    withFiles(async (server, place) => {
      const text = await server.refused(asking({ path: prepare(place) }));
      assert.match(text, says);
      assert.deepEqual(readdirSync(place.directory), []);
      await server.alive();
    }));
}

test('a device is refused', () =>
  withFiles(
    async (server) => {
      for (const name of ['zero', 'null', 'tty'])
        assert.match(await server.refused(asking({ path: `/dev/${name}` })), /cannot be read/);
    },
    { IMAGE_SOURCE_DIRS: '/dev' },
  ));

test('a socket is refused', () =>
  withFiles(async (server, { inside }) => {
    const listener = net.createServer().listen(`${inside}/s`);
    await until(() => listener.listening, 'the socket');
    assert.match(await server.refused(asking({ path: `${inside}/s` })), /not a regular file/);
    listener.close();
  }));

test('without IMAGE_SOURCE_DIRS no file is read, and the error says how', () =>
  withFiles(
    async (server, { inside }) => {
      const file = place(inside, 'cat.png', pngOfSize(500));
      const url = pathToFileURL(file).href;
      for (const source of [{ path: file }, { image: { type: 'resource_link', uri: url } }])
        assert.match(await server.refused(asking(source)), /set IMAGE_SOURCE_DIRS/);
    },
    { IMAGE_SOURCE_DIRS: '' },
  ));

// A program that runs beside the test until it is stopped: node, with `code` as its body.
async function beside(code, args, body) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise((done) => child.on('exit', done));
  let begun = false;
  child.stdout.once('data', () => (begun = true));
  try {
    await until(() => begun, 'the beginning of what runs beside');
    await body();
    assert.equal(child.exitCode, null, 'what ran beside has ended');
  } finally {
    child.kill('SIGKILL');
    await gone;
  }
}

test('a link that is swapped in while files are saved never leads outside', () =>
  withFiles(async (server, { inside, outside }) => {
    const image = pngOfSize(2000);
    const secret = pngOfSize(2000);
    const file = place(inside, 'cat.png', image);
    const other = place(outside, 'cat.png', secret);
    // rename() replaces at once: the name is always there, now a file, now a link
    const swap = `
      import { linkSync, renameSync, symlinkSync } from 'node:fs';
      const [inside, other] = process.argv.slice(1);
      linkSync(inside + '/cat.png', inside + '/original');
      console.log('swapping');
      for (;;) {
        symlinkSync(other, inside + '/next');
        renameSync(inside + '/next', inside + '/cat.png');
        linkSync(inside + '/original', inside + '/next');
        renameSync(inside + '/next', inside + '/cat.png');
      }`;
    await beside(swap, [inside, other], async () => {
      const outcomes = { saved: 0, refused: 0 };
      const save = async () => {
        const { isError, structuredContent, content } = await server.save(asking({ path: file }));
        if (isError) assert.match(content[0].text, /symbolic link/);
        else assert.equal(structuredContent.sha256, sha256(image), 'it came from outside');
        outcomes[isError ? 'refused' : 'saved']++;
      };
      for (let i = 0; i < 50; i++) await Promise.all(Array.from({ length: 8 }, save));
      await until(async () => {
        await save();
        return outcomes.saved > 0 && outcomes.refused > 0;
      }, 'both a file and a link');
    });
  }));

test('a file that grows while it is read is refused in the end, and not followed', () =>
  withFiles(async (server, { inside, directory }) => {
    const file = place(inside, 'cat.png', pngOfSize(2000).subarray(0, -20));
    const grow = `
      import { appendFileSync } from 'node:fs';
      const zeros = Buffer.alloc(100);
      appendFileSync(process.argv[1], zeros);
      console.log('growing');
      for (;;) appendFileSync(process.argv[1], zeros);`;
    await beside(grow, [file], async () => {
      const said = [];
      await until(async () => {
        said.push(await server.refused(asking({ path: file })));
        return /IMAGE_MAX_BYTES/.test(said.at(-1));
      }, 'a file that is too large');
      for (const text of said) assert.match(text, /damaged|IMAGE_MAX_BYTES/);
      assert.deepEqual(readdirSync(directory), []);
    });
  }));

// --- content blocks ------------------------------------------------------------------------------

const blocks = [
  ['an image', (data, mimeType) => ({ type: 'image', data, mimeType })],
  [
    'an image with what hosts add',
    (data, mimeType) => ({
      type: 'image',
      data,
      mimeType,
      annotations: { audience: ['user'], priority: 1 },
      _meta: { 'example.com/x': [1] },
    }),
  ],
  [
    'an embedded resource',
    (blob, mimeType) => ({ type: 'resource', resource: { uri: 'cat://1', blob, mimeType } }),
  ],
  [
    'an embedded resource of a file that is somewhere else',
    (blob) => ({ type: 'resource', resource: { uri: 'file:///no/cat.png', blob } }),
  ],
  ['a data URL in an image', (data) => ({ type: 'image', data: `data:image/png;base64,${data}` })],
];

for (const [what, make] of blocks) {
  test(`${what} is saved as it was passed on, small and large`, () =>
    withLocalServer(async (server) => {
      for (const size of [300, 3000, 200_000, 20_000_000]) {
        const image = pngOfSize(size);
        const facts = await server.saved(asking({ image: make(base64(image), 'image/png') }));
        assert.equal(facts.sha256, sha256(image));
      }
    }));
}

test('a wrong type of a block is corrected and said', () =>
  withLocalServer(async (server) => {
    const data = base64(pngOfSize(100_000));
    const { content, structuredContent: facts } = await server.save(
      asking({ image: { type: 'image', data, mimeType: 'image/webp' } }),
    );
    assert.equal(facts.mimeType, 'image/png');
    assert.match(content[0].text, /given as "image\/webp", but its bytes are image\/png/);
  }));

const data = base64(pngOfSize(100_000));
const badBlocks = [
  ['a text block', { type: 'text', text: 'a cat' }, /image\.type.*one of: image, resource/],
  ['an audio block', { type: 'audio', data }, /image\.type/],
  ['a block without a type', { data }, /image\.type.*missing/],
  ['a block that is a string', data, /image.*must be an object/],
  ['a list of blocks', [{ type: 'image', data }, {}], /image.*must be an object/],
  ['an image without data', { type: 'image', mimeType: 'image/png' }, /no data/],
  ['an image with empty data', { type: 'image', data: '' }, /no data/],
  ['an image with a number as data', { type: 'image', data: 7 }, /image\.data.*string/],
  ['an image with broken base64', { type: 'image', data: `${data.slice(0, 90_000)}...` }, /90000/],
  ['a resource of text', { type: 'resource', resource: { uri: 'x:y', text: 'z' } }, /uri/],
  ['a resource of nothing', { type: 'resource' }, /resource\.blob/],
  ['a link to nowhere', { type: 'resource_link', name: 'x' }, /no uri/],
  ['a link to another scheme', { type: 'resource_link', uri: 'ftp://x/y' }, /neither of a file/],
  ['a link to http', { type: 'resource_link', uri: 'http://x/y' }, /nor https/],
];

for (const [what, image, says] of badBlocks) {
  test(`${what} is refused with a sentence, and nothing is stored`, () =>
    withLocalServer(async (server, directory) => {
      const text = await server.refused(asking({ image }));
      assert.match(text, says);
      assert.ok(text.length < 700, text);
      assert.deepEqual(readdirSync(directory), []);
      await server.alive();
    }));
}

test('an image that is given twice, or not at all, is refused', () =>
  withLocalServer(async (server, directory) => {
    const sources = {
      data,
      path: '/cat.png',
      url: 'https://example.com/cat.png',
      image: { type: 'image', data },
    };
    const all = Object.keys(sources);
    for (const one of all)
      for (const other of all.filter((each) => each > one)) {
        const both = { [one]: sources[one], [other]: sources[other] };
        const text = await server.refused(asking(both));
        assert.match(text, /exactly one of/);
        assert.ok(text.includes(`"${one}"`) && text.includes(`"${other}"`), text);
      }
    assert.match(await server.refused(asking({})), /missing.*exactly one of "data"/);
    assert.deepEqual(readdirSync(directory), []);
  }));

test('a block over the limit is refused', () =>
  withFiles(async (server) => {
    const large = base64(pngOfExactSize(LIMIT + 1));
    for (const image of [
      { type: 'image', data: large },
      { type: 'resource', resource: { blob: large } },
    ])
      assert.match(await server.refused(asking({ image })), /IMAGE_MAX_BYTES/);
  }));
