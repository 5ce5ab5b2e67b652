// SPDX-License-Identifier: MIT
// The commands in pipes: what they print and exit with, on every kind of store, and that their JSON
// is what the tools answer.
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { json, printed, run } from './harness/commands.mjs';
import { temporaryDirectory } from './harness/directory.mjs';
import { pngOfSize } from './harness/images.mjs';
import { Library, daysAgo, on } from './harness/library.mjs';
import { fetchUrl } from './harness/stores.mjs';
import { cephStore, directoryStore } from './harness/views.mjs';

// Image files of these names; their paths.
function files(...names) {
  const directory = temporaryDirectory('files');
  return names.map((name) => {
    const file = path.join(directory, name);
    writeFileSync(file, pngOfSize(600));
    return file;
  });
}

const lines = (text) => text.trimEnd().split('\n');

for (const store of [directoryStore, cephStore]) {
  describe(`commands in ${store.name}`, () => {
    before(() => store.start());
    after(() => store.stop());
    const it = (name, body) =>
      test(name, { skip: store.skip }, () =>
        store.run((server, view, settings) =>
          body(new Library(server, view, settings), settings, view),
        ),
      );

    it('save prints the URL and nothing else', async (library, settings) => {
      const [file] = files('a.png');
      const { code, stdout, stderr } = await run(settings, ['save', file]);
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /^\S+\n$/);
      const { status, body } = await fetchUrl(stdout.trim());
      assert.equal(status, 200);
      assert.deepEqual(body, readFileSync(file));
    });

    it('save says what follows an image, beside its URL', async (library, settings) => {
      const [file] = files('trailer.png');
      appendFileSync(file, '<html>');
      const { code, stdout, stderr } = await run(settings, ['save', file]);
      assert.equal(code, 0);
      assert.match(stdout, /^\S+\n$/);
      assert.match(stderr, /trailer\.png: Bytes that are no part of the image follow its end/);
    });

    it('save keeps what it is told of the image', async (library, settings) => {
      const [file] = files('a.png');
      const prompt = '富士山の夕焼け 🗻 "quoted"\nand a second line';
      const parameters = { seed: 42, guidance: 7.5, tags: ['a', 'b'] };
      const options = [
        ...['--prompt', prompt, '--model', '@cf/lab/flux-1', '--category', 'landscape'],
        ...['--timestamp', '2024-02-29', '--parameters', JSON.stringify(parameters)],
      ];
      const { saved, failed, files: results } = await json(settings, ['save', file, ...options]);
      assert.deepEqual([saved, failed, results.length, results[0].file], [1, 0, 1, file]);
      const { image } = results[0];
      await library.validate('save_image', image);
      assert.match(image.key, /2024-02-29\/flux-1\//);
      const timestamp = '2024-02-29T00:00:00Z';
      const given = { prompt, model: '@cf/lab/flux-1', category: 'landscape' };
      assert.deepEqual(image.metadata, { ...given, parameters, timestamp });
      const { metadata } = await library.call('get_image', { name: image.key });
      assert.deepEqual(metadata, image.metadata);
    });

    it('save needs nothing but a file, whose name can be found', async (library, settings) => {
      await printed(settings, ['save', ...files('red balloon.png', 'other.png')]);
      const { images } = await library.list({ query: 'balloon' });
      assert.deepEqual(
        images.map(({ metadata: { prompt, model } }) => [prompt, model]),
        [['red balloon.png', 'unknown']],
      );
    });

    it('save reads standard input', async (library, settings, view) => {
      const bytes = pngOfSize(2000);
      const url = await printed(settings, ['save', '-'], bytes);
      assert.deepEqual((await fetchUrl(url.trim())).body, bytes);
      const { code } = await run(settings, ['save', '-', '-'], bytes);
      assert.equal(code, 2);
      assert.equal((await view.images()).length, 1);
    });

    it('what cannot be saved is named, the others are saved', async (library, settings, view) => {
      const good = files(...Array.from({ length: 20 }, (_, i) => `${i}.png`));
      const bad = files('broken.png', 'text.png');
      writeFileSync(bad[0], pngOfSize(600).subarray(0, 300));
      writeFileSync(bad[1], 'not an image at all');
      const missing = path.join(path.dirname(bad[0]), 'missing.png');
      const all = [...good.slice(0, 5), bad[0], ...good.slice(5), missing, bad[1]];
      const { code, stdout, stderr } = await run(settings, ['save', ...all]);
      assert.equal(code, 1);
      for (const name of [...bad, missing]) assert.ok(stderr.includes(name), stderr);
      const fetched = await Promise.all(lines(stdout).map((url) => fetchUrl(url)));
      assert.deepEqual(
        fetched.map(({ body }) => body),
        good.map((file) => readFileSync(file)),
        'in the order of the files',
      );
      assert.equal((await view.images()).length, 20);

      const again = await run(settings, ['save', '--json', ...all]);
      assert.equal(again.code, 1);
      const { saved, failed, files: results } = JSON.parse(again.stdout);
      assert.deepEqual([saved, failed], [20, 3]);
      assert.deepEqual(
        results.map(({ file }) => file),
        all,
      );
      for (const { file, image, error } of results) {
        assert.equal(image === undefined, [...bad, missing].includes(file));
        if (image) assert.equal(image.deduplicated, true);
        else assert.ok(error.length > 10, error);
      }
    });

    it('list, show and stats have the facts of the tools', async (library, settings) => {
      await library.saveAll([
        { timestamp: on('2024-03-01'), model: 'm-1', category: 'x', prompt: 'a red fox' },
        { timestamp: on('2024-03-02'), model: 'm-2', prompt: '狐' },
        { timestamp: on('2024-03-02'), model: 'm-1', prompt: 'x'.repeat(3000) },
      ]);
      const cases = [
        [['list'], 'list_images', {}],
        [['list', '-n', '2', '--model', 'm-1'], 'list_images', { limit: 2, model: 'm-1' }],
        [['list', '--query', 'FOX'], 'list_images', { query: 'FOX' }],
        [['list', '--category', 'x'], 'list_images', { category: 'x' }],
        [
          ['list', '--from', '2024-03-02', '--to', '2024-03-02'],
          'list_images',
          { date_range: { start: '2024-03-02', end: '2024-03-02' } },
        ],
        [['stats'], 'get_statistics', {}],
        [['stats', '--model', 'm-1'], 'get_statistics', { model: 'm-1' }],
        [['stats', '--to', '2024-03-01'], 'get_statistics', { date_range: { end: '2024-03-01' } }],
      ];
      // presigned URLs differ by the second they were made in
      const lasting = ({ images, ...rest }) => ({
        ...rest,
        ...(images ? { images: images.map(({ url, urlExpires, ...facts }) => facts) } : {}),
      });
      for (const [args, tool, options] of cases) {
        const facts = await json(settings, args);
        await library.validate(tool, facts);
        const answer = await library.call(tool, options);
        assert.deepEqual(lasting(facts), lasting(answer), args.join(' '));
      }
      const prompts = await json(settings, ['list', '--prompts']);
      await library.validate('list_images', prompts);
      for (const { key, metadata } of prompts.images) {
        const shown = await json(settings, ['show', key]);
        await library.validate('get_image', shown);
        assert.deepEqual(shown.metadata, metadata);
        const answer = await library.call('get_image', { name: key });
        assert.deepEqual(lasting({ images: [shown] }), lasting({ images: [answer] }));
        assert.equal(answer.url.split('?')[0], shown.url.split('?')[0]);
      }
    });

    it('list prints lines that programs can take apart', async (library, settings) => {
      const prompt = 'tab\tand\nline feed';
      const { key, size } = await library.save({ timestamp: on('2024-03-01'), prompt });
      const [line, ...others] = lines(await printed(settings, ['list', '--prompts']));
      assert.equal(others.length, 0);
      const [saved, bytes, name, shown, ...rest] = line.split('\t');
      assert.ok(Math.abs(Date.parse(saved) - Date.now()) < 60_000, saved);
      assert.deepEqual(
        [bytes, name, shown, rest],
        [String(size), key, 'tab and line feed', []],
      );
      const [url] = lines(await printed(settings, ['list', '--urls'])).map((l) => l.split('\t')[2]);
      assert.equal((await fetchUrl(url)).status, 200);
    });

    it('list goes on where a page ended', async (library, settings) => {
      await library.saveAll([{}, {}, {}]);
      const first = await json(settings, ['list', '-n', '2']);
      const second = await json(settings, ['list', '-n', '2', '--cursor', first.nextCursor]);
      assert.equal(new Set([...first.images, ...second.images].map(({ key }) => key)).size, 3);
    });

    it('an empty store is no failure', async (library, settings) => {
      for (const args of [['list'], ['stats'], ['cleanup', '--keep', '1']]) {
        const { code } = await run(settings, args);
        assert.equal(code, 0, args.join(' '));
      }
    });

    it('show fetches into a file, whole or not at all', async (library, settings, view) => {
      const { key, filename } = await library.save();
      const bytes = await view.read(key);
      const directory = temporaryDirectory('fetched');
      const file = path.join(directory, 'a b.png');
      writeFileSync(file, 'what was there before');
      await printed(settings, ['show', filename, '--output', file]);
      assert.deepEqual(readFileSync(file), bytes);
      await printed(settings, ['show', key, '-o', directory]);
      assert.deepEqual(readFileSync(path.join(directory, filename)), bytes);
      const missing = await run(settings, ['show', '000000000000_1x1.png', '-o', file]);
      assert.equal(missing.code, 3);
      assert.deepEqual(readFileSync(file), bytes);
      assert.deepEqual(readdirSync(directory).sort(), [filename, 'a b.png'].sort());
      mkdirSync(path.join(directory, 'sub'));
      const nowhere = await run(settings, ['show', key, '-o', path.join(directory, 'no/such')]);
      assert.equal(nowhere.code, 1);
      assert.match(nowhere.stderr, /no\/such/);
    });

    it('show pipes the image', async (library, settings, view) => {
      const { key } = await library.save();
      const { code, stdout } = await run(settings, ['show', key, '--output', '-']);
      assert.equal(code, 0);
      assert.equal(stdout, (await view.read(key)).toString('utf8'));
    });

    it('delete says of each name what became of it', async (library, settings, view) => {
      const [one, two, three] = await library.saveAll([{}, {}, { prompt: 'x'.repeat(3000) }]);
      const absent = '000000000000_1x1.png';
      const names = [one, absent, three];
      const { code, stdout } = await run(settings, ['delete', '--yes', '--json', ...names]);
      assert.equal(code, 3);
      const { deleted, failed, images } = JSON.parse(stdout);
      assert.deepEqual([deleted, failed], [2, 0]);
      for (const [i, { name, ...facts }] of images.entries()) {
        assert.equal(name, names[i]);
        await library.validate('delete_image', facts);
      }
      assert.deepEqual(
        images.map((image) => image.deleted),
        [true, false, true],
      );
      assert.deepEqual(
        (await view.keys()).filter((key) => !key.endsWith('.json')),
        [two],
      );
      const foreign = await run(settings, ['delete', '--yes', '../etc/passwd', two]);
      assert.equal(foreign.code, 1);
      assert.match(foreign.stderr, /passwd/);
      assert.equal(foreign.stdout, `${two}\n`);
      assert.deepEqual(await view.keys(), []);
    });

    it('cleanup plans, and deletes exactly what the rules say', async (library, settings, view) => {
      const [oldest, older, old] = await library.saveAll([
        { timestamp: on('2024-01-01') },
        { timestamp: on('2024-01-02'), model: 'other' },
        { timestamp: on(daysAgo(3)) },
      ]);
      const newest = (await library.save()).key;
      const before_ = await view.keys();
      const plan = await json(settings, ['cleanup', '--older-than', '30d', '--dry-run']);
      await library.validate('cleanup_images', plan);
      assert.deepEqual([plan.status, plan.count], ['planned', 2]);
      const shown = await printed(settings, ['cleanup', '--keep', '1', '-n']);
      assert.match(shown, /^3 images .* 1 image/);
      assert.deepEqual(await view.keys(), before_, 'a plan deletes nothing');

      const done = await json(settings, ['cleanup', '--keep', '3', '--older-than', '1d', '--yes']);
      await library.validate('cleanup_images', done);
      assert.deepEqual([done.status, done.deleted, done.items[0].key], ['executed', 1, oldest]);
      assert.deepEqual((await view.images()).sort(), [older, old, newest].sort());
      await printed(settings, ['cleanup', '--keep', '0', '--model', 'other', '-y']);
      assert.deepEqual((await view.images()).sort(), [old, newest].sort());
      const nothing = await json(settings, ['cleanup', '--keep', '5', '--yes']);
      assert.deepEqual([nothing.status, nothing.count, nothing.kept], ['planned', 0, 2]);
    });

    it('without a terminal nothing is deleted without --yes', async (library, settings, view) => {
      const { key } = await library.save();
      for (const args of [
        ['delete', key],
        ['cleanup', '--keep', '0'],
      ]) {
        const { code, stderr } = await run(settings, args, 'y\n');
        assert.equal(code, 4, args.join(' '));
        assert.match(stderr, /--yes/);
      }
      assert.deepEqual(await view.images(), [key]);
    });
  });
}

const wrong = [
  ['no such command', ['lsit'], /did you mean list\?/],
  ['no such option', ['list', '--limt', '3'], /did you mean --limit\?/],
  ['too few arguments', ['show'], /NAME/],
  ['too many arguments', ['stats', 'x'], /no arguments/],
  ['a number in words', ['list', '--limit', 'ten'], /--limit/],
  ['a day that does not exist', ['stats', '--from', '2024-02-30'], /--from/],
  ['no rule', ['cleanup'], /--older-than/],
  ['an age in words', ['cleanup', '--older-than', 'yesterday'], /yesterday/],
  ['a bad timestamp', ['save', '--timestamp', 'now', 'x.png'], /--timestamp/],
  ['parameters that are no object', ['save', '--parameters', '[1]', 'x.png'], /--parameters/],
  ['parameters that are no JSON', ['save', '--parameters', '{', 'x.png'], /--parameters/],
  ['an empty model', ['save', '--model', '', 'x.png'], /--model/],
  ['a name of nothing', ['show', '../../etc/passwd'], /passwd/],
  ['an unknown shell', ['completion', 'tcsh'], /bash, zsh, fish/],
  ['help for nothing', ['help', 'lsit'], /did you mean list\?/],
];

for (const [what, args, says] of wrong) {
  test(`${what}: exit code 2, and a sentence`, async () => {
    const { code, stdout, stderr } = await run(
      { IMAGE_STORAGE_DIR: temporaryDirectory('images') },
      args,
    );
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, says);
    assert.match(stderr, /^image-storage-mcp: [^\n]+\n$/);
  });
}

test('a broken configuration is told with exit code 2, and help needs none', async () => {
  const settings = { S3_ENDPOINT: 'nonsense' };
  const { code, stderr } = await run(settings, ['list']);
  assert.equal(code, 2);
  assert.match(stderr, /S3_ENDPOINT/);
  for (const args of [['help'], ['help', 'save'], ['save', '--help'], ['completion', 'bash']])
    assert.equal((await run(settings, args)).code, 0, args.join(' '));
});

test('a store that cannot be reached is exit code 1', async () => {
  const settings = {
    ...{ S3_ENDPOINT: 'http://127.0.0.1:1', S3_BUCKET: 'images' },
    ...{ S3_ACCESS_KEY: 'key', S3_SECRET_KEY: 'secret' },
  };
  const name = 'generations/2024-03-01/m/0123456789ab_4x4.png';
  const { code, stderr } = await run(settings, ['show', name]);
  assert.equal(code, 1);
  assert.match(stderr, /S3_ENDPOINT|127\.0\.0\.1/);
});
