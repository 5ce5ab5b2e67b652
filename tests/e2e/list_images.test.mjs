// SPDX-License-Identifier: MIT
// list_images and get_statistics: what is stored, in which order, page by page, and counted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pngOfSize, saving } from './harness/images.mjs';
import { daysAgo, on, onEveryStore } from './harness/library.mjs';
import { withLocalServer } from './harness/server.mjs';

const DAYS = ['2024-03-01', '2023-12-31', '2024-03-02', '2024-02-29'];

// Not images of the layout, though they lie among them.
const FOREIGN = [
  'generations/readme.txt',
  'generations/2024-03-01/notes.txt',
  'generations/2024-03-01/test-model/picture.png',
  'generations/2024-03-01/test-model/0123456789AB_4x4.png',
  'generations/2024-13-01/test-model/0123456789ab_4x4.png',
  'other/2024-03-01/test-model/0123456789ab_4x4.png',
];

const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);

// Follows the cursors to the end; between(page) runs after each page.
async function pages(library, args, between = () => {}) {
  const all = [];
  for (let cursor; ; ) {
    const page = await library.list({ ...args, ...(cursor ? { cursor } : {}) });
    assert.equal(page.count, page.images.length);
    assert.ok(page.count <= args.limit);
    all.push(page.images.map(({ key }) => key));
    assert.ok(all.length < 100, 'the pages do not end');
    if (!page.nextCursor) return all;
    cursor = page.nextCursor;
    await between(all.length);
  }
}

// Three images on each of the days; their keys, newest first.
async function twelve(library) {
  const each = [0, 1, 2].flatMap(() => DAYS.map((day) => ({ timestamp: on(day) })));
  const keys = await library.saveAll(each);
  const day = (key) => key.split('/')[1];
  return keys
    .map((key, i) => [key, i])
    .sort(([a, i], [b, j]) => day(b).localeCompare(day(a)) || j - i)
    .map(([key]) => key);
}

onEveryStore((it) => {
  it('an empty store has no images and counts none', async (library) => {
    const { images, count, nextCursor } = await library.list();
    assert.deepEqual([images, count, nextCursor], [[], 0, undefined]);
    assert.deepEqual(await library.listed({ query: 'fog', limit: 1000 }), []);
    const nothing = { totalFiles: 0, totalSize: 0 };
    const groups = { filesByModel: {}, sizeByModel: {}, filesByDate: {}, sizeByDate: {} };
    assert.deepEqual(await library.call('get_statistics'), { ...nothing, ...groups });
  });

  it('images come newest first, across days and within a day', async (library) => {
    const keys = await twelve(library);
    assert.deepEqual(await library.listed(), keys);
    for (const limit of [1, 4, 12, 1000])
      assert.deepEqual(await library.listed({ limit }), keys.slice(0, limit));
  });

  it('without a limit a page has twenty', async (library) => {
    await library.saveAll(Array.from({ length: 22 }, () => ({})));
    const { count, nextCursor } = await library.list();
    assert.equal(count, 20);
    assert.equal((await library.list({ cursor: nextCursor })).count, 2);
  });

  it('a listed image is what was saved', async (library) => {
    const saved = await library.save({ timestamp: on('2024-03-01') });
    const { content, structuredContent } = await library.result('list_images');
    const [listed] = structuredContent.images;
    const same = ({ filename, key, size, storageType, mimeType, width, height }) =>
      [filename, key, size, storageType, mimeType, width, height].join();
    assert.equal(same(listed), same(saved));
    assert.ok(Math.abs(Date.parse(listed.lastModified) - Date.now()) < 60_000);
    assert.ok(content[0].text.includes(saved.filename), content[0].text);
  });

  it('pages give everything once', async (library) => {
    const keys = await twelve(library);
    for (const limit of [1, 2, 5, 12])
      assert.deepEqual((await pages(library, { limit })).flat(), keys);
    assert.deepEqual((await pages(library, { limit: 2, query: 'FOG' })).flat(), keys);
  });

  it('pages stay right while images come and go', async (library) => {
    const keys = await twelve(library);
    const gone = [];
    const seen = await pages(library, { limit: 3 }, async (page) => {
      await library.save(); // newer than all
      await library.save({ timestamp: on(DAYS[1]) }); // newer than its day's, which are last
      const [last, next] = [keys[page * 3 - 1], keys[page * 3 + 1]]; // the cursor's own image too
      for (const name of [last, next].filter((key) => key && !gone.includes(key))) {
        const { deleted } = await library.call('delete_image', { name });
        assert.equal(deleted, true);
        gone.push(name);
      }
    });
    const all = seen.flat();
    assert.equal(new Set(all).size, all.length, 'an image came twice');
    const missing = keys.filter((key) => !all.includes(key) && !gone.includes(key));
    assert.deepEqual(missing, [], 'images were left out');
  });

  it('a damaged cursor, or one of other filters, is refused', async (library) => {
    await library.saveAll([{}, {}, {}]);
    const { nextCursor } = await library.list({ limit: 1 });
    const middle = nextCursor.length >> 1;
    const other = nextCursor[middle] === 'A' ? 'B' : 'A';
    const wrong = [
      { cursor: `${nextCursor.slice(0, middle)}${other}${nextCursor.slice(middle + 1)}` },
      { cursor: nextCursor.slice(0, -4) },
      { cursor: `${nextCursor}AAAA` },
      { cursor: 'x' },
      { cursor: '🗼' },
      { cursor: nextCursor, model: 'test-model' },
      { cursor: nextCursor, query: 'fog' },
      { cursor: nextCursor, category: 'x' },
      { cursor: nextCursor, date_range: { start: '2024-01-01' } },
    ];
    for (const args of wrong) assert.match(await library.refused('list_images', args), /cursor/);
    // the size of a page is no filter
    assert.equal((await library.list({ cursor: nextCursor, limit: 2 })).count, 2);
  });

  it('a range of dates has both its ends', async (library) => {
    const keys = await twelve(library);
    const within = (start, end) =>
      keys.filter((key) => key.split('/')[1] >= start && key.split('/')[1] <= end);
    const ranges = [
      [{ start: '2024-02-29', end: '2024-03-01' }, within('2024-02-29', '2024-03-01')],
      [{ start: '2024-03-02' }, within('2024-03-02', '9')],
      [{ end: '2024-02-28' }, within('0', '2024-02-28')],
      [{}, keys],
      [{ start: '2025-01-01' }, []],
    ];
    for (const [date_range, expected] of ranges) {
      assert.deepEqual(await library.listed({ date_range }), expected, JSON.stringify(date_range));
      const { totalFiles } = await library.call('get_statistics', { date_range });
      assert.equal(totalFiles, expected.length, JSON.stringify(date_range));
      assert.deepEqual((await pages(library, { date_range, limit: 2 })).flat(), expected);
    }
  });

  it('a model is found by any of its spellings, and only it', async (library) => {
    const [a, b] = await library.saveAll([
      { model: '@cf/black-forest-labs/flux-1-schnell' },
      { model: 'flux-1-dev' },
    ]);
    for (const model of ['flux-1-schnell', 'Flux 1 Schnell', '@cf/x/flux-1-schnell'])
      assert.deepEqual(await library.listed({ model }), [a]);
    assert.deepEqual(await library.listed({ model: 'flux-1-dev' }), [b]);
    assert.deepEqual(await library.listed({ model: 'flux-1' }), []);
    assert.deepEqual(await library.listed({ model: '../flux-1-dev/..' }), []);
  });

  it('a category is found, and only it', async (library) => {
    const [a, b] = await library.saveAll([
      { category: 'Logo' },
      { category: 'Schöne Bilder / 美しい' },
      {},
    ]);
    const { images } = await library.list({ category: 'Schöne Bilder / 美しい' });
    assert.deepEqual(images.map(({ key, metadata }) => [key, metadata.category]), [
      [b, 'Schöne Bilder / 美しい'],
    ]);
    assert.deepEqual(await library.listed({ category: 'logo' }), [a]);
    assert.deepEqual(await library.listed({ category: 'log' }), []);
  });

  it('words of the prompt are found in any order, case and language', async (library) => {
    const prompts = [
      '霧の中の灯台、夜明け前',
      'A LIGHTHOUSE in Fog, Übergröße',
      'маяк В ТУМАНЕ',
      `${'filler '.repeat(15_000)}needle at the end`, // 100 KB, in the sidecar
    ];
    const keys = await library.saveAll(prompts.map((prompt) => ({ prompt })));
    const queries = [
      ['灯台', [0]],
      ['夜明け 霧', [0]],
      ['fog lighthouse', [1]],
      ['  FOG\tübergrÖße ', [1]],
      ['ÜBERGRÖßE a', [1]],
      ['Тумане МАЯК', [2]],
      ['lighthouse rain', []],
      ['NEEDLE filler', [3]],
    ];
    for (const [query, found] of queries) {
      const { images, bounded } = await library.list({ query });
      assert.deepEqual(images.map(({ key }) => key), found.map((i) => keys[i]), query);
      for (const [i, { metadata }] of images.entries())
        assert.equal(metadata.prompt, prompts[found[i]]);
      assert.equal(bounded, false);
    }
  });

  it('all filters together', async (library) => {
    const all = { timestamp: on('2024-03-01'), model: 'a', category: 'c', prompt: 'red fox' };
    const [key] = await library.saveAll([
      all,
      { ...all, timestamp: on('2024-03-02') },
      { ...all, model: 'b' },
      { ...all, category: 'd' },
      { ...all, prompt: 'red hen' },
    ]);
    const date_range = { start: '2024-03-01', end: '2024-03-01' };
    const filters = { date_range, model: 'a', category: 'c', query: 'fox red' };
    assert.deepEqual((await pages(library, { ...filters, limit: 1 })).flat(), [key]);
  });

  it('what is not an image of the layout is neither listed nor counted', async (library) => {
    for (const key of FOREIGN) await library.view.write(key, 'x');
    const key = (await library.save({ timestamp: on('2024-03-01') })).key;
    assert.deepEqual(await library.listed(), [key]);
    assert.deepEqual(await library.listed({ query: 'fog' }), [key]);
    assert.equal((await library.call('get_statistics')).totalFiles, 1);
    const left = (await library.view.keys()).filter((each) => !each.startsWith(key));
    assert.deepEqual(left, FOREIGN.toSorted());
  });

  it('statistics are the sums of what is stored', async (library) => {
    const today = daysAgo(0);
    const each = [
      ['2024-03-01', 'a', 500],
      ['2024-03-01', 'b', 3000],
      ['2024-03-02', 'a', 40_000],
      [today, 'b', 700],
    ];
    const saved = [];
    for (const [day, model, size] of each) {
      const more = { model, ...(day === today ? {} : { timestamp: on(day) }) };
      if (saved.length === 1) more.prompt = 'x'.repeat(5000); // a sidecar, which does not count
      saved.push(await library.server.saved(saving(pngOfSize(size), more)));
    }
    const check = async (args, chosen) => {
      const facts = await library.call('get_statistics', args);
      const count = (part, value) => {
        const groups = {};
        for (const { key, size } of chosen) {
          const name = key.split('/')[part];
          groups[name] = (groups[name] ?? 0) + value(size);
        }
        return groups;
      };
      const { oldestFile, newestFile, ...sums } = facts;
      assert.deepEqual(sums, {
        totalFiles: chosen.length,
        totalSize: sum(chosen.map(({ size }) => size)),
        filesByModel: count(2, () => 1),
        sizeByModel: count(2, (size) => size),
        filesByDate: count(1, () => 1),
        sizeByDate: count(1, (size) => size),
      });
      for (const [file, { key }] of [[oldestFile, chosen[0]], [newestFile, chosen.at(-1)]]) {
        assert.equal(file.key, key);
        assert.equal(file.timestamp.slice(0, 10), key.split('/')[1]);
      }
    };
    await check({}, saved);
    await check({ model: 'A' }, [saved[0], saved[2]]);
    await check({ date_range: { end: '2024-03-02' } }, saved.slice(0, 3));
    await check({ date_range: { start: today, end: today } }, [saved[3]]);
    await check({ model: 'b', date_range: { end: '2024-03-02' } }, [saved[1]]);
  });
});

// --- bad arguments -------------------------------------------------------------------------------

const badArguments = [
  ['a limit of 0', { limit: 0 }, /\blimit\b/],
  ['a limit of 1001', { limit: 1001 }, /\blimit\b/],
  ['a negative limit', { limit: -1 }, /\blimit\b/],
  ['half a limit', { limit: 0.5 }, /\blimit\b/],
  ['a limit in words', { limit: 'ten' }, /\blimit\b/],
  ['a query that is a list', { query: ['a', 'b'] }, /\bquery\b/],
  ['dates that are a string', { date_range: '2024-03-01' }, /\bdate_range\b/],
  ['a date in words', { date_range: { start: 'yesterday' } }, /\bstart\b/],
  ['the 30th of February', { date_range: { end: '2024-02-30' } }, /\bend\b/],
  ['a range that ends first', { date_range: { start: '2024-03-02', end: '2024-03-01' } }, /start/],
];

for (const [what, args, says] of badArguments) {
  test(`${what}: a tool error that names the argument`, () =>
    withLocalServer(async (server) => {
      for (const tool of ['list_images', 'get_statistics']) {
        if (tool === 'get_statistics' && !('date_range' in args)) continue; // it ignores the others
        const result = await server.call(tool, args);
        assert.equal(result.isError, true, tool);
        assert.match(result.content[0].text, says);
      }
      await server.alive();
    }));
}
