// SPDX-License-Identifier: MIT
// Images as MCP resources: list, templates, read, completion, and what is told of changes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { clients } from './harness/clients.mjs';
import { until } from './harness/deadline.mjs';
import { pngOfExactSize, pngOfSize, saving, sha256 } from './harness/images.mjs';
import { on, onEveryStore } from './harness/library.mjs';
import {
  INTERNAL_ERROR,
  INVALID_PARAMS,
  NOT_FOUND,
  TEMPLATE,
  ask,
  assertShape,
  listen,
  refused,
  templateRef,
  told,
  uriOf,
} from './harness/resources.mjs';
import { MODERN } from './harness/server.mjs';
import { fetchUrl } from './harness/stores.mjs';
import { cephStore, directoryStore, r2Store } from './harness/views.mjs';

const complete = async (server, value) => {
  const argument = { name: 'key', value };
  return (await ask(server, 'completion/complete', { ref: templateRef, argument })).completion;
};

const read = async (server, uri) =>
  Buffer.from((await ask(server, 'resources/read', { uri })).contents[0].blob, 'base64');

onEveryStore((it) => {
  it('an empty store has no resources, and a template for those to come', async ({ server }) => {
    const { resources, nextCursor, ttlMs, cacheScope } = await ask(server, 'resources/list', {});
    assert.deepEqual([resources, nextCursor, ttlMs, cacheScope], [[], undefined, 0, 'private']);
    const { resourceTemplates } = await ask(server, 'resources/templates/list', {});
    assert.deepEqual(resourceTemplates.map(({ uriTemplate }) => uriTemplate), [TEMPLATE]);
    assert.deepEqual(await complete(server, ''), { values: [], total: 0, hasMore: false });
  });

  it('what was saved is listed, linked to, and read', async (library) => {
    const { server } = library;
    const bytes = pngOfSize(20_000);
    const args = saving(bytes, { prompt: '霧の中の灯台', timestamp: on('2024-03-01') });
    const { content, structuredContent: facts } = await library.result('save_image', args);
    const { resources } = await ask(server, 'resources/list', {});
    const [{ annotations, ...listed }] = resources;
    assert.deepEqual(listed, {
      uri: uriOf(facts.key),
      name: facts.filename,
      title: `test-model, 2024-03-01, ${facts.width}x${facts.height}`,
      mimeType: 'image/png',
      size: bytes.length,
    });
    assert.ok(Math.abs(Date.parse(annotations.lastModified) - Date.now()) < 60_000);
    const link = content.find(({ type }) => type === 'resource_link');
    assertShape('resource_link', link);
    assert.deepEqual(link, { type: 'resource_link', ...listed, description: 'Stored prompt: "霧の中の灯台"' });

    const result = await ask(server, 'resources/read', { uri: link.uri });
    const { uri, mimeType } = result.contents[0];
    assert.deepEqual([uri, mimeType], [link.uri, 'image/png']);
    assert.equal(sha256(Buffer.from(result.contents[0].blob, 'base64')), facts.sha256);
    assert.equal(result.cacheScope, 'private');

    const { key, deleted } = await library.call('delete_image', { name: link.uri });
    assert.deepEqual([key, deleted], [facts.key, true]);
    const error = await refused(server, 'resources/read', { uri: link.uri });
    assert.equal(error.code, INVALID_PARAMS);
    assert.deepEqual(error.data, { uri: link.uri });
  });

  it('all are listed once, newest day first, page by page', async ({ server, view }) => {
    const day = (i) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
    const key = (i) => `generations/${day(i % 130)}/m/${`${i}`.padStart(12, '0')}_4x4.png`;
    const keys = Array.from({ length: 520 }, (_, i) => key(i));
    for (let i = 0; i < keys.length; i += 40)
      await Promise.all(keys.slice(i, i + 40).map((each) => view.write(each, 'x')));
    const seen = [];
    const sizes = [];
    let cursor;
    do {
      const page = await ask(server, 'resources/list', cursor ? { cursor } : {});
      seen.push(...page.resources.map(({ uri }) => uri));
      sizes.push(page.resources.length);
      cursor = page.nextCursor;
    } while (cursor);
    assert.deepEqual(sizes, [500, 20]);
    assert.deepEqual(seen.toSorted(), keys.map(uriOf).toSorted());
    const days = seen.map((uri) => uri.split('/')[3]);
    assert.deepEqual(days, days.toSorted().reverse());

    const { values, total, hasMore } = await complete(server, 'gen');
    assert.deepEqual([total, hasMore], [130, true]);
    const newest = Array.from({ length: 100 }, (_, i) => `generations/${day(129 - i)}/`);
    assert.deepEqual(values, newest);
  });

  it('an image as large as the limit is read, a larger one pointed to', async (library) => {
    const { server } = library;
    const [fits, exceeds] = [20_000, 20_001].map(pngOfExactSize);
    const small = await server.saved(saving(fits));
    const large = await server.saved(saving(exceeds));
    assert.equal(sha256(await read(server, uriOf(small.key))), small.sha256);
    const { code, message, data } = await refused(server, 'resources/read', {
      uri: uriOf(large.key),
    });
    assert.equal(code, INTERNAL_ERROR);
    assert.deepEqual(data, { uri: uriOf(large.key) });
    assert.match(message, /larger than the limit of 20000 bytes .* IMAGE_MAX_INLINE_BYTES/);
    const [url] = message.match(/(https?|file):\/\/[^\s,]+/);
    const fetched = await fetchUrl(url);
    assert.equal(fetched.status, 200, url);
    assert.equal(sha256(fetched.body), large.sha256);
  }, { IMAGE_MAX_INLINE_BYTES: '20000' });

  it('a key is completed level by level', async (library) => {
    const { server } = library;
    const keys = await library.saveAll([
      { timestamp: on('2024-03-01'), model: 'flux-1' },
      { timestamp: on('2024-03-01'), model: 'flux-1' },
      { timestamp: on('2024-03-01'), model: 'sdxl' },
      { timestamp: on('2024-04-02'), model: 'sdxl' },
    ]);
    const g = 'generations';
    const cases = [
      ['', [`${g}/2024-04-02/`, `${g}/2024-03-01/`]],
      [`${g}/2024-03`, [`${g}/2024-03-01/`]],
      [`${g}/2024-03-01/`, [`${g}/2024-03-01/flux-1/`, `${g}/2024-03-01/sdxl/`]],
      [`${g}/2024-03-01/s`, [`${g}/2024-03-01/sdxl/`]],
      [`${g}/2024-03-01/flux-1/`, [keys[1], keys[0]]],
      [keys[0].slice(0, -5), [keys[0]]],
      [`${g}/2025`, []],
      [`${g}/2024-03-01/flux-1/../`, []],
      ['../', []],
      ['/etc/', []],
      ['霧', []],
    ];
    for (const [value, values] of cases) {
      const expected = { values, total: values.length, hasMore: false };
      assert.deepEqual(await complete(server, value), expected, value);
    }
  });

  it('what this process changes is told, and nothing else', async (library) => {
    const { server } = library;
    const bytes = pngOfSize(500);
    const args = saving(bytes, { timestamp: on('2024-03-01') });
    const first = await server.saved(args);
    const watched = uriOf(first.key);
    const filter = { resourcesListChanged: true, resourceSubscriptions: [watched] };
    assert.deepEqual(await listen(server, 'all', filter), filter);
    const one = { resourceSubscriptions: [watched] };
    assert.deepEqual(await listen(server, 'one', one), one);

    assert.equal((await server.saved(args)).deduplicated, true);
    await library.list();
    assert.deepEqual(told(server, 'all'), []);
    await library.save();
    assert.deepEqual(told(server, 'all'), [['list_changed']]);
    await library.call('delete_image', { name: first.key });
    await library.call('delete_image', { name: first.key }); // is gone
    await server.saved(args); // the same URI again
    const change = [['updated', watched], ['list_changed']];
    assert.deepEqual(told(server, 'all'), [['list_changed'], ...change, ...change]);
    assert.deepEqual(told(server, 'one'), [change[0], change[0]]);
    assert.deepEqual(told(server, undefined), []); // nobody shook hands
  });

  it('a clean-up of many is one change of the list', async (library) => {
    const { server } = library;
    const keys = await library.saveAll(Array.from({ length: 12 }, () => ({})));
    const watched = [keys[2], keys[5], keys[11]].map(uriOf);
    await listen(server, 7, { resourcesListChanged: true, resourceSubscriptions: watched });
    const { confirm } = await library.call('cleanup_images', { keep_count: 4 });
    assert.deepEqual(told(server, 7), []); // a plan changes nothing
    const { deleted } = await library.call('cleanup_images', { confirm });
    assert.equal(deleted, 8);
    const updated = told(server, 7).slice(0, -1).map(([, uri]) => uri);
    assert.deepEqual(updated.sort(), watched.slice(0, 2).sort());
    assert.deepEqual(told(server, 7).at(-1), ['list_changed']);
  });
});

// --- every revision, by the official clients -----------------------------------------------------

// The notifications that a client gets, in order, as [name, uri]; both generations of the library.
function watch(client, version) {
  const seen = [];
  const [updated, changed] =
    version === MODERN
      ? ['notifications/resources/updated', 'notifications/resources/list_changed']
      : [ResourceUpdatedNotificationSchema, ResourceListChangedNotificationSchema];
  client.setNotificationHandler(updated, ({ params }) => void seen.push(['updated', params.uri]));
  client.setNotificationHandler(changed, () => void seen.push(['list_changed']));
  return seen;
}

const subscribe = {
  modern: async (client, uri) => {
    const filter = { resourcesListChanged: true, resourceSubscriptions: [uri] };
    const subscription = await client.listen(filter);
    assert.deepEqual(subscription.honoredFilter, filter);
    return () => subscription.close();
  },
  legacy: async (client, uri) => {
    await client.subscribeResource({ uri });
    return () => client.unsubscribeResource({ uri });
  },
};

// Through a client: save, list, read, complete, subscribe, delete, and be told.
async function useResources(client, version) {
  const era = version === MODERN ? 'modern' : 'legacy';
  const { resources: declared, completions } = client.getServerCapabilities();
  assert.deepEqual(declared, { subscribe: true, listChanged: true });
  assert.deepEqual(completions, version === '2024-11-05' ? undefined : {});

  const seen = watch(client, version);
  const bytes = pngOfSize(30_000);
  const save = () => client.callTool({ name: 'save_image', arguments: saving(bytes) });
  const { key } = (await save()).structuredContent;
  const uri = uriOf(key);
  const { resources } = await client.listResources();
  assert.deepEqual(resources.map((each) => each.uri), [uri]);
  const { resourceTemplates } = await client.listResourceTemplates();
  assert.deepEqual(resourceTemplates.map(({ uriTemplate }) => uriTemplate), [TEMPLATE]);
  const { contents } = await client.readResource({ uri });
  assert.equal(sha256(Buffer.from(contents[0].blob, 'base64')), sha256(bytes));
  const argument = { name: 'key', value: key.slice(0, -20) };
  const { completion } = await client.complete({ ref: templateRef, argument });
  assert.deepEqual(completion.values, [key]);
  const error = await client.readResource({ uri: `${uri}x` }).then(assert.fail, (e) => e);
  assert.equal(error.code, era === 'modern' ? INVALID_PARAMS : NOT_FOUND);

  const unsubscribe = await subscribe[era](client, uri);
  const before = seen.length;
  const remove = () => client.callTool({ name: 'delete_image', arguments: { name: uri } });
  await remove();
  await until(() => seen.length >= before + 2, 'the notifications of a deletion');
  assert.deepEqual(seen.slice(before), [['updated', uri], ['list_changed']]);
  assert.deepEqual((await client.listResources()).resources, []);
  await unsubscribe();
  await save();
  await client.listResources(undefined, { cacheMode: 'refresh' }); // a round trip
  const more = era === 'modern' ? [] : [['list_changed']];
  assert.deepEqual(seen.slice(before + 2), more);
}

for (const store of [directoryStore, cephStore, r2Store]) {
  describe(`through the official clients, in ${store.name}`, () => {
    before(() => store.start());
    after(() => store.stop());
    for (const [name, run] of clients)
      test(name, { skip: store.skip }, () =>
        store.run((server, view, settings) =>
          run(settings, (client, negotiated, version) => useResources(client, version)),
        ),
      );
  });
}
