// SPDX-License-Identifier: MIT
// get_image and delete_image: one image by any of its names, and all the names that are none.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clients } from './harness/clients.mjs';
import { temporaryDirectory } from './harness/directory.mjs';
import { base64, pngOfExactSize, pngOfSize, saving, sha256 } from './harness/images.mjs';
import { on, onEveryStore } from './harness/library.mjs';
import { fetchUrl } from './harness/stores.mjs';

const MISSING = '0123456789ab_4x4.png';
const told = {
  prompt: '霧の中の灯台 "fog"\n',
  model: '@cf/black-forest-labs/flux-1-schnell',
  timestamp: '2024-03-01T12:00:00Z',
  category: 'Schöne Bilder / 美しい',
  parameters: { seed: 42, nested: { list: [1, null, 'ü', true] } },
};
const sameTime = ({ timestamp, ...rest }) => ({ ...rest, at: Date.parse(timestamp) });

// All that an image may be called by. The last part of a path is not always a name of its own:
// a URL has a query, a base, another case.
const namesOf = ({ key, filename, url }) => {
  const { protocol, host, href } = new URL(url);
  return [
    ['its filename', filename],
    ['its key', key],
    ['its URL', url],
    ['its URL without a query', url.split('?')[0]],
    ['its URL with another query', `${url.split('?')[0]}?X-Amz-Expires=1&a=..%2f#x`],
    ['its URL in capitals', href.replace(`${protocol}//${host}`, (all) => all.toUpperCase())],
    ['its resource', `image://${key}`],
  ];
};

// Texts that name no image, though an image is there: made from its key and URL.
const notNames = ({ key, filename, url }) => {
  const base = url.slice(0, url.indexOf(key));
  const [, day, model] = key.split('/');
  return [
    ['an empty name', ''],
    ['a dot', '.'],
    ['two dots', '..'],
    ['encoded dots', '%2e%2e'],
    ['a way up', `../${key}`],
    ['a way up inside', `generations/../${key}`],
    ['a way up to where it is', `generations/${day}/x/../${model}/${filename}`],
    ['an encoded way up', `generations/%2e%2e/${key}`],
    ['an encoded way up in a URL', `${base}generations/%2e%2e/${key}`],
    ['a way up encoded twice', `${base}generations/%252e%252e/${key}`],
    ['an encoded slash', key.replaceAll('/', '%2f')],
    ['an absolute path', '/etc/passwd'],
    ['an absolute key', `/${key}`],
    ['backslashes', key.replaceAll('/', '\\')],
    ['a key outside the prefix', key.replace('generations', 'other')],
    ['a key without the prefix', `${day}/${model}/${filename}`],
    ['a day', `generations/${day}`],
    ['a directory', `generations/${day}/${model}/`],
    ['a trailing slash', `${key}/`],
    ['the record beside it', `${key}.json`],
    ['a foreign key', 'generations/readme.txt'],
    ['a foreign key among images', `generations/${day}/${model}/picture.png`],
    ['a filename in capitals', filename.toUpperCase()],
    ['a line break at the end', `${key}\n`],
    ['an encoded NUL in a URL', `${base}${key}%00`],
    ['a file', 'file:///etc/passwd'],
    ['a URL of somebody else', `https://images.example/${key}`],
    ['a URL that begins as ours do', `${base.replace(/\/+$/, '')}.example/${key}`],
    ['a URL with half an escape', `${base}${key}%2`],
    ['a resource elsewhere', `image://other/${key}`],
    ['a wildcard', '*.png'],
    ['a very long name', 'a'.repeat(8000)],
  ];
};

onEveryStore((it, store) => {
  it('an image is found by each of its names, with all its metadata', async (library) => {
    const image = pngOfSize(3000);
    const saved = await library.server.saved({ data: base64(image), ...told });
    await library.save({ timestamp: on('2024-03-02') });
    for (const [what, name] of namesOf(saved)) {
      const { url, urlExpires, lastModified, dataIncluded, ...facts } = await library.call(
        'get_image',
        { name },
      );
      const { deduplicated, url: _, urlExpires: __, metadata, ...expected } = saved;
      assert.equal(deduplicated, false);
      assert.deepEqual({ ...facts, metadata: sameTime(facts.metadata) }, {
        ...expected,
        metadata: sameTime({ ...told }),
      }, what);
      assert.deepEqual(sameTime(metadata), sameTime(told));
      assert.equal(dataIncluded, false);
      assert.ok(Math.abs(Date.parse(lastModified) - Date.now()) < 60_000, lastModified);
      assert.equal(urlExpires !== undefined, url.includes('X-Amz-Expires'));
      if (urlExpires) assert.ok(Date.parse(urlExpires) > Date.now(), urlExpires);
      const fetched = await fetchUrl(url);
      assert.equal(fetched.status, 200, `${url}: ${fetched.body}`);
      assert.equal(sha256(fetched.body), sha256(image));
    }
  });

  it(
    'an image is found by its public URL',
    async (library) => {
      const saved = await library.save();
      assert.equal(saved.url, `https://img.example/a%20b/${saved.key}`);
      const facts = await library.call('get_image', { name: saved.url });
      assert.equal(facts.url, saved.url);
      assert.equal(facts.key, saved.key);
      await library.refused('get_image', { name: `https://img.example/c/${saved.key}` });
      const deleted = await library.call('delete_image', { name: `${saved.url}?size=large` });
      assert.deepEqual(deleted, { deleted: true, key: saved.key });
    },
    { [store.urlBase]: 'https://img.example/a%20b' },
  );

  it('metadata that is too long for the image itself is complete', async (library) => {
    const long = {
      prompt: `${'長い prompt, '.repeat(7000)}the end`, // more than 100 KB
      parameters: { workflow: Array.from({ length: 500 }, (_, i) => ({ node: i, ü: '美' })) },
      category: 'c',
    };
    const { key } = await library.save(long);
    const { metadata } = await library.call('get_image', { name: key });
    for (const name of Object.keys(long)) assert.deepEqual(metadata[name], long[name]);
  });

  it('the image itself comes along when it is asked for and small enough', async (library) => {
    for (const [bytes, fits] of [[500, true], [700_000, true], [800_000, false]]) {
      const image = pngOfExactSize(bytes);
      const { key, url } = await library.server.saved(saving(image));
      const { content, structuredContent } = await library.result('get_image', {
        name: key,
        include_data: true,
      });
      assert.equal(structuredContent.dataIncluded, fits, `${bytes}`);
      const blocks = content.filter(({ type }) => type === 'image');
      const expected = { type: 'image', data: base64(image), mimeType: 'image/png' };
      assert.deepEqual(blocks, fits ? [expected] : []);
      if (!fits) assert.match(content[0].text, /IMAGE_MAX_INLINE_BYTES/);
      assert.ok(content[0].text.includes(url.split('?')[0]), content[0].text);
      const without = await library.result('get_image', { name: key, include_data: false });
      assert.ok(without.content.every(({ type }) => type !== 'image'));
    }
  });

  it(
    'how much comes along can be set, to the byte',
    async (library) => {
      for (const [bytes, dataIncluded] of [[1000, true], [1001, false]]) {
        const { key } = await library.server.saved(saving(pngOfExactSize(bytes)));
        const facts = await library.call('get_image', { name: key, include_data: true });
        assert.equal(facts.dataIncluded, dataIncluded);
      }
    },
    { IMAGE_MAX_INLINE_BYTES: '1000' },
  );

  it('an image that is not there: get_image says so, delete_image too', async (library) => {
    const { key, filename } = await library.save();
    for (const name of [MISSING, key.replace(filename, MISSING), key.replace('test-', 'other-')]) {
      assert.match(await library.refused('get_image', { name }), /no image is stored as .*; list_images/);
      assert.deepEqual(await library.call('delete_image', { name }), { deleted: false });
    }
    assert.deepEqual(await library.view.images(), [key]);
  });

  it('what names no image is refused, and nothing is touched', async (library) => {
    const saved = await library.save({ prompt: 'x'.repeat(5000) });
    const [, day, model] = saved.key.split('/');
    for (const key of ['readme.txt', `${day}/${model}/picture.png`])
      await library.view.write(`generations/${key}`, 'not ours');
    await library.view.write(saved.key.replace('generations', 'other'), 'not ours');
    const keys = await library.view.keys();
    for (const [what, name] of notNames(saved)) {
      for (const tool of ['get_image', 'delete_image']) {
        const text = await library.refused(tool, { name });
        assert.ok(text.length < 700, `${what}: ${text}`);
      }
    }
    const names = [undefined, 7, null, [saved.key, saved.key]];
    for (const args of [...names.map((name) => ({ name })), { key: saved.key }])
      for (const tool of ['get_image', 'delete_image'])
        assert.match(await library.refused(tool, args), /name|key/);
    // no JSON-RPC message may hold a NUL
    const params = { name: 'delete_image', arguments: { name: `${saved.key}\0` } };
    const answer = await library.server.askModern('tools/call', params);
    assert.ok(answer.error || answer.result.isError, JSON.stringify(answer));
    assert.deepEqual(await library.view.keys(), keys);
  });

  it('an image is deleted by each of its names, its record too, once', async (library) => {
    await library.view.write('generations/readme.txt', 'not ours');
    const count = namesOf(await library.save()).length;
    for (let i = 0; i < count; i++) {
      const more = { prompt: 'x'.repeat(5000), timestamp: on('2024-03-01') };
      const saved = await library.save(more);
      const [what, name] = namesOf(saved)[i];
      assert.ok((await library.view.keys()).includes(`${saved.key}.json`));
      const { key } = saved;
      assert.deepEqual(await library.call('delete_image', { name }), { deleted: true, key }, what);
      const left = await library.view.keys();
      assert.deepEqual(left.filter((each) => each.startsWith(key)), [], what);
      assert.deepEqual(await library.call('delete_image', { name }), { deleted: false }, what);
      await library.refused('get_image', { name });
    }
    assert.equal((await library.view.images()).length, 2); // the first one, and what is not ours
  });

  it('a deleted image can be saved again', async (library) => {
    const args = saving(pngOfSize(500), { timestamp: on('2024-03-01') });
    const { key } = await library.server.saved(args);
    await library.call('delete_image', { name: key });
    const again = await library.server.saved({ ...args, prompt: 'another' });
    assert.equal(again.key, key);
    assert.equal(again.deduplicated, false);
    const { metadata } = await library.call('get_image', { name: key });
    assert.equal(metadata.prompt, 'another');
  });
});

describe('the official clients', () => {
  for (const [name, run] of clients) {
    test(`${name} lists images and gets one`, () =>
      run({ IMAGE_STORAGE_DIR: temporaryDirectory('images') }, async (client) => {
        await client.listTools(); // so that it checks results against their schemas
        const call = async (tool, args) => {
          const result = await client.callTool({ name: tool, arguments: args });
          assert.notEqual(result.isError, true, JSON.stringify(result.content));
          return result;
        };
        const image = pngOfSize(1000);
        const saved = (await call('save_image', saving(image))).structuredContent;
        const listed = (await call('list_images', { query: 'LIGHTHOUSE' })).structuredContent;
        assert.deepEqual(listed.images.map(({ key }) => key), [saved.key]);
        const got = await call('get_image', { name: saved.url, include_data: true });
        assert.equal(got.content.find(({ type }) => type === 'image').data, base64(image));
        assert.equal(got.structuredContent.sha256, saved.sha256);
      }));
  }
});
