// SPDX-License-Identifier: MIT
// What save_image does with what it is told: keys, metadata, repeated saves, bad arguments. Each of
// it in a directory and in a bucket, because both must keep the same things.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { temporaryDirectory } from './harness/directory.mjs';
import { base64, png, pngOfSize, saving, sha256 } from './harness/images.mjs';
import { modernMeta, withLocalServer, withServer } from './harness/server.mjs';
import { cephMissing } from './harness/stores.mjs';
import { cephStore, directoryStore } from './harness/views.mjs';

const KEY =
  /^generations\/\d{4}-\d\d-\d\d\/[a-z0-9.-]{1,64}\/[0-9a-f]{12}(?:[0-9a-f]{20})?_\d+x\d+\.png$/;

// Both must keep the same things.
const stores = [directoryStore, cephStore];
before(() => Promise.all(stores.map((store) => store.start())));

const prompts = [
  ['Japanese', '霧の中の灯台、夜明け前'],
  ['Arabic', 'منارة في الضباب عند الفجر'],
  ['emoji', '🗼🌫️ 👩‍👩‍👧‍👦 at 🌅'],
  ['combining characters', 'Zalgo: h̷̛e̴̡ c̵o̷m̶e̸s, é and é'],
  ['line breaks and quotes', 'first "line"\r\nsecond \\line\\\n\tthird'],
  ['control characters', 'bell \u0007 and escape \u001b[31mred\u001b[0m'],
  ['percent signs', '100% of %41 and %zz'],
  ['header injection', 'x\r\nx-amz-acl: public-read\r\n\r\n'],
  ['leading and trailing space', '  spaced out  '],
  ['3 KB of German', 'Übergröße für Füchse '.repeat(140)],
  ['100 KB of text', 'a lighthouse in fog, at dawn, oil on canvas; '.repeat(2300)],
];

for (const { name, skip, run } of stores) {
  describe(`in ${name}`, () => {
    for (const [what, prompt] of prompts) {
      test(`a prompt with ${what} is kept as it is`, { skip }, () =>
        run(async (server, look) => {
          const image = pngOfSize(2000);
          const facts = await server.saved(saving(image, { prompt }));
          assert.equal(facts.metadata.prompt, prompt);
          // and it comes from the store, not from the request: the second answer is what was kept
          const again = await server.saved(saving(image, { prompt: 'something else' }));
          assert.equal(again.deduplicated, true);
          assert.equal(again.metadata.prompt, prompt);
          assert.equal(sha256(await look.read(facts.key)), sha256(image));
        }),
      );
    }

    test('model, category, timestamp and parameters are kept', { skip }, () =>
      run(async (server) => {
        const told = {
          prompt: 'p',
          model: '@cf/black-forest-labs/flux-1-schnell',
          category: 'Schöne Bilder / 美しい',
          timestamp: '2024-09-27T10:00:00Z',
          parameters: { seed: 42, guidance: 7.5, nested: { list: [1, null, 'ü', true] } },
        };
        const image = pngOfSize(2000);
        const facts = await server.saved({ data: base64(image), ...told });
        const same = ({ timestamp, ...rest }) => ({ ...rest, at: Date.parse(timestamp) });
        assert.deepEqual(same(facts.metadata), same(told));
        const again = await server.saved({ data: base64(image), ...told, category: undefined });
        assert.deepEqual(same(again.metadata), same(told));
      }),
    );

    test('what follows an image is stored with it and pointed out', { skip }, () =>
      run(async (server, look) => {
        const plain = pngOfSize(2000);
        assert.equal((await server.saved(saving(plain))).notes, undefined);
        const image = Buffer.concat([plain, Buffer.from('0000001866747970', 'hex'), Buffer.from('mp42')]);
        const facts = await server.saved(saving(image));
        assert.equal(facts.notes.length, 1);
        assert.match(facts.notes[0], /A video follows the image/);
        assert.equal(sha256(await look.read(facts.key)), sha256(image));
      }),
    );

    test('a seed of 64 bits does no harm', { skip }, () =>
      run(async (server) => {
        const line = JSON.stringify({
          jsonrpc: '2.0',
          id: 'seed',
          method: 'tools/call',
          params: {
            name: 'save_image',
            arguments: saving(pngOfSize(2000), { parameters: { seed: 0, steps: 4 } }),
            _meta: modernMeta(),
          },
        });
        server.write(`${line.replace('"seed":0', '"seed":18446744073709551615')}\n`, 'seed');
        const { result } = await server.answerTo('seed');
        assert.deepEqual(result.structuredContent.metadata.parameters, { seed: 2 ** 64, steps: 4 });
      }),
    );

    test('large parameters are kept in the record beside the image', { skip }, () =>
      run(async (server, look) => {
        const parameters = {
          workflow: Array.from({ length: 500 }, (_, i) => ({ node: i, ü: '美' })),
        };
        const facts = await server.saved(saving(pngOfSize(2000), { parameters }));
        assert.deepEqual(facts.metadata.parameters, parameters);
        assert.deepEqual(await look.keys(), [facts.key, `${facts.key}.json`]);
        const record = JSON.parse(await look.read(`${facts.key}.json`));
        assert.deepEqual(record.parameters, parameters);
        assert.equal(record.prompt, facts.metadata.prompt);
        assert.equal(record.sha256, facts.sha256);
      }),
    );

    test('the key follows the layout', { skip }, () =>
      run(async (server) => {
        const image = png({ width: 31, height: 17 });
        const facts = await server.saved(
          saving(image, { model: 'FLUX.1 [schnell]', timestamp: '2024-09-27T23:30:00-02:00' }),
        );
        assert.match(facts.key, KEY);
        // half past eleven two hours west of UTC is the next day
        assert.match(facts.key, /^generations\/2024-09-28\/flux\.1-schnell\/.*_31x17\.png$/);
        assert.equal(facts.filename, path.basename(facts.key));
        assert.equal(facts.width, 31);
        assert.equal(facts.height, 17);
      }),
    );

    test('without a timestamp the day is today', { skip }, () =>
      run(async (server) => {
        const days = [new Date().toISOString().slice(0, 10)];
        const facts = await server.saved(saving(pngOfSize(500)));
        days.push(new Date().toISOString().slice(0, 10)); // midnight may pass
        assert.ok(days.includes(facts.key.split('/')[1]), facts.key);
      }),
    );

    test('the same image twice is one object', { skip }, () =>
      run(async (server, look) => {
        const args = saving(pngOfSize(150_000), { timestamp: '2024-09-27T10:00:00Z' });
        const first = await server.saved(args);
        const second = await server.saved(args);
        assert.equal(first.deduplicated, false);
        assert.equal(second.deduplicated, true);
        assert.equal(second.key, first.key);
        assert.deepEqual(second.metadata, first.metadata);
        assert.deepEqual(await look.images(), [first.key]);
      }),
    );

    test('the same image sixteen times at once is one object', { skip }, () =>
      run(async (server, look) => {
        const args = saving(pngOfSize(150_000), { timestamp: '2024-09-27T10:00:00Z' });
        const all = await Promise.all(Array.from({ length: 16 }, () => server.saved(args)));
        assert.equal(new Set(all.map(({ key }) => key)).size, 1);
        assert.equal(all.filter(({ deduplicated }) => !deduplicated).length, 1);
        assert.equal((await look.images()).length, 1);
      }),
    );

    test('the same image is found again by a new process', { skip }, () =>
      run(async (server, look, settings) => {
        const args = saving(pngOfSize(3000), { timestamp: '2024-09-27T10:00:00Z' });
        const first = await server.saved(args);
        const second = await withServer(settings, (other) => other.saved(args));
        assert.equal(second.deduplicated, true);
        assert.equal(second.key, first.key);
      }),
    );

    test('another day or another model is another object', { skip }, () =>
      run(async (server, look) => {
        const image = pngOfSize(3000);
        const at = (timestamp, model) => server.saved(saving(image, { timestamp, model }));
        await at('2024-09-27T10:00:00Z', 'a');
        await at('2024-09-28T10:00:00Z', 'a');
        await at('2024-09-27T10:00:00Z', 'b');
        assert.equal((await look.images()).length, 3);
      }),
    );

    test('another prefix can be asked for', { skip }, () =>
      run(
        async (server) => {
          const { key } = await server.saved(saving(pngOfSize(500)));
          assert.match(key, /^my\/own\.pictures\/\d{4}-/);
        },
        { S3_PREFIX: 'my/own.pictures' },
      ),
    );

    test('text, link and facts say the same', { skip }, () =>
      run(async (server) => {
        const { content, structuredContent: facts } = await server.save(saving(pngOfSize(500)));
        const text = content.find(({ type }) => type === 'text').text;
        assert.ok(text.includes(`](${facts.url})`), text); // Markdown
        for (const each of [facts.mimeType, `${facts.width}`, `${facts.height}`])
          assert.ok(text.includes(each), `${each} is not in: ${text}`);
        const link = content.find(({ type }) => type === 'resource_link');
        assert.equal(link.mimeType, facts.mimeType);
        assert.equal(link.size ?? facts.size, facts.size);
        assert.ok(link.name);
        assert.equal(link.uri, `image://${facts.key}`);
      }),
    );
  });
}

test('S3 objects say what they are and may be cached for ever', { skip: cephMissing }, () =>
  cephStore.run(async (server, look) => {
    const { key } = await server.saved(saving(pngOfSize(500), { prompt: '霧' }));
    const headers = await look.headers(key);
    assert.equal(headers['content-type'], 'image/png');
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(headers['x-amz-meta-prompt'], encodeURIComponent('霧'));
  }),
);

test('a URL base is used for files when there is one', async () => {
  const settings = {
    IMAGE_STORAGE_DIR: temporaryDirectory('images'),
    IMAGE_STORAGE_URL: 'https://img.example/pictures/',
  };
  await withServer(settings, async (server) => {
    const facts = await server.saved(saving(pngOfSize(500)));
    assert.equal(facts.url, `https://img.example/pictures/${facts.key}`);
  });
});

test('a Markdown image survives a prompt full of brackets', () =>
  withLocalServer(async (server) => {
    const prompt = 'a ](evil) [link](javascript:alert(1)) ![x](y)\n\n# heading';
    const { content, structuredContent: facts } = await server.save(
      saving(pngOfSize(500), { prompt }),
    );
    const text = content[0].text;
    assert.ok(text.includes(`](${facts.url})`), text);
    assert.ok(!/(?<!\\)\]\((evil|javascript|y)/.test(text), text);
  }));

// --- bad arguments -------------------------------------------------------------------------------

const good = saving(pngOfSize(500));
const without = (name) => ({ ...good, [name]: undefined });

const badArguments = [
  ['no data', without('data'), /\bdata\b/],
  ['no prompt', without('prompt'), /\bprompt\b/],
  ['no model', without('model'), /\bmodel\b/],
  ['data that is a number', { ...good, data: 7 }, /\bdata\b.*string/],
  ['data that is null', { ...good, data: null }, /\bdata\b/],
  ['a prompt that is a list', { ...good, prompt: ['a', 'b'] }, /\bprompt\b.*string/],
  ['a prompt that is an image', { ...good, prompt: { text: 'x' } }, /\bprompt\b.*string/],
  ['an empty model', { ...good, model: '' }, /\bmodel\b/],
  ['parameters that are a list', { ...good, parameters: [1] }, /\bparameters\b.*object/],
  ['parameters that are a string', { ...good, parameters: 'a=1' }, /\bparameters\b.*object/],
  ['a category that is a boolean', { ...good, category: true }, /\bcategory\b.*string/],
  ['a misspelt argument', { ...without('prompt'), promt: 'x' }, /prompt\b.*missing.*promt/],
  ['a timestamp in words', { ...good, timestamp: 'yesterday' }, /\btimestamp\b/],
  ['a timestamp without a day', { ...good, timestamp: '2024-09' }, /\btimestamp\b/],
  ['the 30th of February', { ...good, timestamp: '2024-02-30T10:00:00Z' }, /\btimestamp\b/],
  ['a timestamp that is a small number', { ...good, timestamp: 17274 }, /\btimestamp\b/],
];

for (const [what, args, says] of badArguments) {
  test(`${what}: a tool error that names the argument, and nothing is stored`, () =>
    withLocalServer(async (server, directory) => {
      const text = await server.refused(args);
      assert.match(text, says);
      assert.doesNotMatch(text, new RegExp(good.data.slice(0, 40).replace(/[+/]/g, '\\$&')));
      assert.deepEqual(readdirSync(directory), []);
      await server.alive();
    }));
}

test('large bad arguments are refused as well as small ones', () =>
  withLocalServer(async (server, directory) => {
    const large = saving(pngOfSize(200_000));
    assert.match(await server.refused({ ...large, model: undefined }), /\bmodel\b/);
    assert.match(await server.refused({ ...large, image: large.data }), /\bimage\b/);
    assert.deepEqual(readdirSync(directory), []);
  }));
