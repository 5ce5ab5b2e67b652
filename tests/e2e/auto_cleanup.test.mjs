// SPDX-License-Identifier: MIT
// Automatic clean-up: what it deletes on every store, and that it stays out of everybody's way.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { FaultProxy } from '../servers/proxies.mjs';
import { until } from './harness/deadline.mjs';
import { pngOfSize, saving } from './harness/images.mjs';
import { daysAgo, on, onEveryStore } from './harness/library.mjs';
import { Server, withServer } from './harness/server.mjs';
import { r2Store } from './harness/views.mjs';

const PROMPT_EXIT_MS = 10_000;
const at = (days) => ({ timestamp: on(daysAgo(days)) });

// A second server on the library's place, which cleans up by these rules.
const withCleanup = (library, rules, body) => {
  const settings = { ...library.settings, IMAGE_CLEANUP_ENABLED: 'true' };
  for (const [name, value] of Object.entries(rules)) settings[`IMAGE_CLEANUP_${name}`] = value;
  return withServer(settings, body);
};

const says = (server, what) => until(() => server.stderr.includes(what), `${what} on stderr`);

onEveryStore((it) => {
  it('deletes what is outside every rule, with its record, and nothing else', async (library) => {
    const prompt = 'long '.repeat(1000); // more than fits into the image's own metadata
    const old = await library.saveAll([400, 40, 31].map((days) => ({ ...at(days), prompt })));
    const [kept, ...young] = await library.saveAll([30, 29, 1, 0].map(at));
    await library.view.write('generations/notes.txt', 'mine');
    const rules = { OLDER_THAN_DAYS: '30', KEEP_COUNT: '3' };
    await withCleanup(library, rules, async (server) => {
      await says(server, 'automatic clean-up: deleted');
      const images = (await library.view.images()).filter((key) => key.endsWith('.png'));
      // the day of 30 days ago may be on either side of the line, which is 30 times 24 hours ago
      assert.deepEqual(images.filter((key) => key !== kept), young.toSorted());
      for (const key of await library.view.keys()) assert.ok(!old.includes(key.slice(0, -5)), key);
      assert.ok((await library.view.keys()).includes('generations/notes.txt'));
      assert.match(server.stderr, /deleted [34] images \(\d+ bytes\)/);
    });
  });

  it('deletes nothing when the server ends at once', async (library) => {
    await library.saveAll([400, 300].map(at));
    const keys = await library.view.keys();
    await withCleanup(library, { KEEP_COUNT: '1' }, (server) => server.alive());
    assert.deepEqual(await library.view.keys(), keys);
  });

  it('cleans up after saves, once they have come to rest', async (library) => {
    const rules = { KEEP_COUNT: '2', RUN_ON_SAVE: 'true' };
    await withCleanup(library, rules, async (server) => {
      library.server = server;
      const first = await library.saveAll([{}, {}, {}]);
      await says(server, 'deleted 1 image');
      assert.deepEqual(await library.view.images(), first.slice(1).sort());
      const more = await library.saveAll([{}, {}, {}, {}]);
      await says(server, 'deleted 4 images');
      assert.deepEqual(await library.view.images(), more.slice(2).sort());
    });
  });
});

describe('while it runs', () => {
  before(() => r2Store.start());
  after(() => r2Store.stop());

  // Runs body with a server that cleans up a slow store of a hundred days with an image each.
  async function withSlowCleanup(latency, rules, body) {
    const proxy = await FaultProxy.start();
    const key = (i) => `generations/${daysAgo(400 + i)}/m/0123456789ab_4x4.png`;
    const keys = Array.from({ length: 100 }, (_, i) => key(i));
    try {
      await r2Store.run(async (_, view, settings) => {
        await Promise.all(keys.map((each) => view.write(each, 'x')));
        proxy.target = view.endpoint;
        proxy.latency = latency;
        const server = new Server({ ...settings, ...rules, S3_ENDPOINT: proxy.url });
        try {
          await body({ server, proxy, view, keys });
        } finally {
          server.child.kill('SIGKILL');
        }
      });
    } finally {
      proxy.stop();
    }
  }

  const listings = (proxy) => proxy.requests.filter(({ method }) => method === 'GET').length;
  const cleanup = { IMAGE_CLEANUP_ENABLED: 'true', IMAGE_CLEANUP_KEEP_COUNT: '1' };

  test('an image that somebody saves is not deleted, however old it says it is', () =>
    withSlowCleanup(1000, cleanup, async ({ server, proxy, view, keys }) => {
      await until(() => listings(proxy) > 1, 'the listings of days');
      // before the store has answered them: of the oldest of the days that are listed already
      const saved = keys[20].replace('0123456789ab', 'fedcba987654');
      await view.write(saved, 'x');
      await says(server, 'automatic clean-up: deleted 99 images');
      assert.deepEqual(await view.keys(), [saved, keys[0]].sort());
      await server.end();
    }));

  test('a save does not wait for it', () =>
    withSlowCleanup(0, cleanup, async ({ server, proxy }) => {
      await server.alive();
      proxy.latency = 3_600_000;
      await until(() => proxy.waiting > 0, 'the first listing');
      proxy.latency = 0;
      await server.saved(saving(pngOfSize(1000)));
      assert.equal(proxy.waiting, 1);
      server.child.kill('SIGTERM');
      await server.exit(PROMPT_EXIT_MS);
    }));

  for (const [what, end] of [
    ['the end of input', (server) => server.end()],
    ['SIGTERM', (server) => server.child.kill('SIGTERM')],
  ]) {
    test(`${what} breaks it off`, () =>
      withSlowCleanup(0, cleanup, async ({ server, proxy, view, keys }) => {
        await server.alive();
        proxy.latency = 3_600_000;
        await until(() => proxy.waiting > 0, 'the first listing');
        await end(server);
        await server.exit(PROMPT_EXIT_MS);
        assert.equal(server.stderr, '');
        assert.deepEqual(await view.keys(), keys.sort());
      }));
  }

  test('a store that fails is told about, and the server goes on', () =>
    withSlowCleanup(0, { ...cleanup, S3_SECRET_KEY: 'another-secret' }, async ({ server }) => {
      await says(server, 'error: automatic clean-up: ');
      assert.doesNotMatch(server.stderr, /another-secret/);
      await server.alive();
      await server.end();
    }));
});
