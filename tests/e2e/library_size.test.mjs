// SPDX-License-Identifier: MIT
// What a large library costs, in requests: 100,000 images over 100 days that are computed and not
// stored. tests/bench/library.sh measures ten times as many, and the time they take.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { MODELS, SimulatedStore, day } from '../servers/simulated_store.mjs';
import { temporaryDirectory } from './harness/directory.mjs';
import { until } from './harness/deadline.mjs';
import { Library } from './harness/library.mjs';
import { modernMeta, withServer } from './harness/server.mjs';

const DAYS = 100;
const PER_DAY = 1000;
const ONE_MODEL = PER_DAY / MODELS.length;

describe('100,000 images', () => {
  let store;
  before(async () => {
    store = await SimulatedStore.start({ days: DAYS, perDay: PER_DAY });
  });
  after(() => store.stop());

  // it(name, body(library)): a server of its own, and the counts begin with it.
  const it = (name, body) =>
    test(name, () => {
      const settings = store.settings({ XDG_STATE_HOME: temporaryDirectory('state') });
      return withServer(settings, (server) => {
        store.takeCounts();
        return body(new Library(server, undefined, settings));
      });
    });

  // The requests since the last time were these and no others.
  const cost = (list, deletes = 0) => {
    const counts = store.takeCounts();
    assert.deepEqual(counts, { list, delete: deletes, other: 0, busiest: counts.busiest });
    return counts;
  };

  it('the newest twenty cost two requests', async (library) => {
    const { images } = await library.list({});
    cost(2);
    assert.equal(images.length, 20);
    for (const { key } of images) assert.equal(key.split('/')[1], day(DAYS - 1));
    const dates = images.map(({ timestamp }) => Date.parse(timestamp));
    assert.deepEqual(dates, dates.toSorted((a, b) => b - a));
  });

  it('the next page costs as much', async (library) => {
    const { nextCursor, images } = await library.list({});
    store.takeCounts();
    const next = await library.list({ cursor: nextCursor });
    cost(2);
    assert.equal(new Set([...images, ...next.images].map(({ key }) => key)).size, 40);
  });

  it('a month costs its days, and a model of it no more', async (library) => {
    const date_range = { start: day(31), end: day(59) };
    const all = await library.call('get_statistics', { date_range });
    cost(30);
    assert.equal(all.totalFiles, 29 * PER_DAY);
    const one = await library.call('get_statistics', { date_range, model: MODELS[1] });
    cost(30);
    assert.deepEqual(one.filesByModel, { [MODELS[1]]: 29 * ONE_MODEL });
  });

  it('statistics cost each day once, side by side', async (library) => {
    store.latency = 20; // so that there is something to do at once
    const all = await library.call('get_statistics');
    store.latency = 0;
    const { busiest } = cost(1 + DAYS);
    assert.ok(busiest > 4 && busiest <= 32, `${busiest} at once`);
    assert.equal(all.totalFiles, DAYS * PER_DAY);
    assert.equal(Object.keys(all.filesByDate).length, DAYS);
    for (const model of MODELS) assert.equal(all.filesByModel[model], DAYS * ONE_MODEL);
  });

  it('a plan costs the days it is about, its execution a request for 1,000', async (library) => {
    const plan = await library.call('cleanup_images', { older_than: day(10) });
    assert.equal(plan.count, 10 * PER_DAY);
    cost(1 + 10);
    assert.equal(store.left(), store.count);
    const result = await library.call('cleanup_images', { confirm: plan.confirm });
    cost(2 * (1 + 10), 10);
    assert.equal(result.deleted, 10 * PER_DAY);
    assert.equal(result.failed, 0);
    assert.equal(store.left(), store.count - 10 * PER_DAY);
    assert.equal(store.gone.indexOf(0), 10 * PER_DAY); // the oldest, and no others
  });

  it('keys that cannot be deleted are named, and the others go', async (library) => {
    const first = store.gone.indexOf(0) / PER_DAY; // the oldest day there is
    const plan = await library.call('cleanup_images', { older_than: day(first + 2) });
    assert.equal(plan.count, 2 * PER_DAY);
    store.protects = (key) => key.includes(`${day(first)}/${MODELS[0]}/00000`); // 16 of them
    const { content, structuredContent } = await library.result('cleanup_images', {
      confirm: plan.confirm,
    });
    const isProtected = store.protects;
    store.protects = () => false;
    assert.equal(structuredContent.deleted, 2 * PER_DAY - 16);
    assert.equal(structuredContent.failed, 16);
    assert.equal(structuredContent.errors.length, 16);
    for (const { key, error } of structuredContent.errors) {
      assert.ok(isProtected(key) && store.isThere(key), key);
      assert.match(error, /AccessDenied/);
      assert.ok(content[0].text.includes(key));
    }
    for (const { key } of structuredContent.items) assert.ok(!store.isThere(key), key);
    assert.equal(store.gone.indexOf(0), first * PER_DAY);
    const again = await library.call('cleanup_images', { older_than: day(first + 2) });
    assert.equal(again.count, 16);
    await library.call('cleanup_images', { confirm: again.confirm });
  });

  it('an execution stops within an exchange when it is cancelled', async (library) => {
    const { server } = library;
    const before = store.left();
    const plan = await library.call('cleanup_images', { keep_count: 0 });
    assert.equal(plan.count, before);
    store.takeCounts();
    store.latency = 100;
    const params = { name: 'cleanup_images', arguments: { confirm: plan.confirm } };
    server.send({
      jsonrpc: '2.0',
      id: 'gone',
      method: 'tools/call',
      params: { ...params, _meta: modernMeta({ progressToken: 'p' }) },
    });
    await until(() => store.requests.delete > 3, 'some deletes');
    server.send({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 'gone' },
    });
    await server.alive(); // so it has been told
    await until(() => store.underWay === 0, 'the end of what was under way');
    const { delete: deletes, list } = { ...store.requests };
    store.latency = 0;
    await server.alive();
    assert.deepEqual([store.requests.delete, store.requests.list], [deletes, list], 'it went on');
    const gone = before - store.left();
    assert.ok(gone > 0 && gone < before / 2, `${gone} of ${before} are gone`);
    assert.deepEqual(server.unanswered(), ['"gone"']);
  });

  it('keeping a number of images costs all days, and leaves so many', async (library) => {
    const before = store.left();
    const keep_count = before - 5500; // five days and a half
    const days = Math.ceil(before / PER_DAY);
    const plan = await library.call('cleanup_images', { keep_count });
    assert.equal(plan.count, 5500);
    cost(1 + days);
    const result = await library.call('cleanup_images', { confirm: plan.confirm });
    cost(2 * (1 + days), 6);
    assert.equal(result.deleted, 5500);
    assert.equal(store.left(), keep_count);
    const statistics = await library.call('get_statistics');
    assert.equal(statistics.totalFiles, keep_count);
  });
});
