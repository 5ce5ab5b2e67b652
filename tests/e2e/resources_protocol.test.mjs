// SPDX-License-Identifier: MIT
// Resources word by word: what the revisions differ in, bad input, and many things at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StubStore } from '../servers/stub_store.mjs';
import { until } from './harness/deadline.mjs';
import { temporaryDirectory } from './harness/directory.mjs';
import { pngOfSize, saving, sha256 } from './harness/images.mjs';
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
import { LEGACY, modernMeta, withLocalServer, withServer } from './harness/server.mjs';

// --- the handshake revisions, word by word -------------------------------------------------------

for (const version of LEGACY) {
  test(`${version}: results carry nothing of the later era`, () =>
    withLocalServer(async (server) => {
      await server.initialize(version);
      const uri = uriOf((await server.saved(saving(pngOfSize(600)))).key);
      const argument = { name: 'key', value: '' };
      const requests = [
        ['resources/list', {}],
        ['resources/templates/list', {}],
        ['resources/read', { uri }],
        ['completion/complete', { ref: templateRef, argument }],
      ];
      for (const [method, params] of requests)
        assertShape(method, (await server.ask(method, params)).result);
      assert.deepEqual((await server.ask('resources/subscribe', { uri })).result, {});
      assert.deepEqual((await server.ask('resources/unsubscribe', { uri })).result, {});
      assert.deepEqual(told(server, undefined), [['list_changed']]);
    }));
}

test('2025-03-26: resources are read in a batch', () =>
  withLocalServer(async (server) => {
    await server.initialize('2025-03-26');
    const facts = await server.saved(saving(pngOfSize(5000)));
    const uri = uriOf(facts.key);
    const request = (id) => ({ jsonrpc: '2.0', id, method: 'resources/read', params: { uri } });
    server.send([request(1), request(2)]);
    const batch = await server.find(Array.isArray, 'the batch');
    for (const { result } of batch)
      assert.equal(sha256(Buffer.from(result.contents[0].blob, 'base64')), facts.sha256);
    assert.equal(batch.length, 2);
  }));

// --- bad input -----------------------------------------------------------------------------------

const KEY = 'generations/2024-03-01/test-model/0123456789ab_4x4.png';

const foreignUris = [
  '',
  'image',
  'image://',
  'image:///etc/passwd',
  'image://../../etc/passwd',
  'image://generations/../../etc/passwd',
  `image://generations/%2e%2e/${KEY}`,
  `image://other/${KEY}`,
  `image:///${KEY}`,
  `image://${KEY}.json`,
  `image://${KEY}/`,
  `image://${KEY}\\..`,
  `image://${KEY}?versionId=1`,
  `image://${encodeURIComponent(KEY)}`,
  'image://0123456789ab_4x4.png',
  TEMPLATE,
  KEY,
  'file:///etc/passwd',
  `file:///${KEY}`,
  'http://169.254.169.254/latest/meta-data/',
  'https://example.com/a.png',
  'javascript:alert(1)',
  'data:image/png;base64,AAAA',
  '霧',
  `image://${'a/'.repeat(5000)}`,
];

test('a foreign URI is not found, and cannot be subscribed to', () =>
  withLocalServer(async (server) => {
    await server.initialize();
    for (const uri of foreignUris) {
      const modern = await refused(server, 'resources/read', { uri });
      assert.equal(modern.code, INVALID_PARAMS, uri);
      assert.deepEqual(modern.data, { uri });
      for (const method of ['resources/read', 'resources/subscribe', 'resources/unsubscribe']) {
        const { error } = await server.ask(method, { uri });
        assert.equal(error?.code, NOT_FOUND, `${method} ${uri}`);
        assert.deepEqual(error.data, { uri });
      }
    }
    const filter = { resourceSubscriptions: [...foreignUris, uriOf(KEY)] };
    assert.deepEqual(await listen(server, 1, filter), { resourceSubscriptions: [uriOf(KEY)] });
  }));

test('what is not there is not found', () =>
  withLocalServer(async (server) => {
    await server.initialize();
    const { code } = await refused(server, 'resources/read', { uri: uriOf(KEY) });
    assert.equal(code, INVALID_PARAMS);
    const { error } = await server.ask('resources/read', { uri: uriOf(KEY) });
    assert.equal(error.code, NOT_FOUND);
    assert.match(error.message, /no image is stored as .*resources\/list/);
    // but it may come
    assert.deepEqual((await server.ask('resources/subscribe', { uri: uriOf(KEY) })).result, {});
  }));

const argument = { name: 'key', value: '' };
const long = 'A'.repeat(100_000);
const badRequests = [
  ['resources/list', { cursor: 'made up' }, /cursor/],
  ['resources/list', { cursor: 7 }, /cursor/],
  ['resources/list', { cursor: long }, /cursor/],
  ['resources/templates/list', { cursor: 'made up' }, /cursor/],
  ['resources/read', {}, /uri/],
  ['resources/read', { uri: 7 }, /uri/],
  ['resources/read', { uri: [uriOf(KEY)] }, /uri/],
  ['resources/read', { uri: long }, /uri/],
  ['completion/complete', {}, /ref/],
  ['completion/complete', { ref: templateRef }, /argument/],
  ['completion/complete', { ref: 'image', argument }, /ref/],
  ['completion/complete', { ref: { type: 'ref/prompt', name: 'x' }, argument }, /prompts/],
  ['completion/complete', { ref: { ...templateRef, uri: 'image://{key}' }, argument }, /{\+key}/],
  ['completion/complete', { ref: { ...templateRef, uri: uriOf(KEY) }, argument }, /{\+key}/],
  ['completion/complete', { ref: { type: 'ref/resource' }, argument }, /ref/],
  ['completion/complete', { ref: templateRef, argument: { name: 'model', value: '' } }, /"key"/],
  ['completion/complete', { ref: templateRef, argument: { name: 'key' } }, /value/],
  ['completion/complete', { ref: templateRef, argument: { name: 'key', value: 7 } }, /value/],
  ['completion/complete', { ref: templateRef, argument: { name: 'key', value: long } }, /value/],
  ...[
    [],
    { resourcesListChanged: 'yes' },
    { resourceSubscriptions: uriOf(KEY) },
    { resourceSubscriptions: [7] },
  ].map((notifications) => ['subscriptions/listen', { notifications }, /notifications/]),
];

test('a bad request is refused with a sentence that names what is wrong', () =>
  withLocalServer(async (server) => {
    for (const [method, params, expected] of badRequests) {
      const { code, message } = await refused(server, method, params);
      assert.equal(code, INVALID_PARAMS, message);
      assert.match(message, expected);
    }
    await server.initialize();
    for (const [method, params, expected] of badRequests.filter(([m]) => !m.startsWith('subs'))) {
      const { error } = await server.ask(method, params);
      assert.equal(error?.code, INVALID_PARAMS, `${method}: ${error?.message}`);
      assert.match(error.message, expected);
    }
    await server.alive();
  }));

test('a cursor goes on in the same listing, and in no other', () =>
  withLocalServer(async (server) => {
    for (let i = 0; i < 3; i++) await server.saved(saving(pngOfSize(500)));
    const { nextCursor } = (await server.call('list_images', { limit: 1 })).structuredContent;
    const page = await ask(server, 'resources/list', { cursor: nextCursor });
    assert.equal(page.resources.length, 2); // of the same listing, so it is as good
    for (const cursor of [null, '']) // which clients send for the first page
      assert.equal((await ask(server, 'resources/list', { cursor })).resources.length, 3);
    const elsewhere = { IMAGE_STORAGE_DIR: temporaryDirectory('images'), S3_PREFIX: 'other' };
    await withServer(elsewhere, async (other) => {
      const { message } = await refused(other, 'resources/list', { cursor: nextCursor });
      assert.match(message, /cursor/);
    });
  }));

test('a store that is down is an internal error with a sentence', async () => {
  const store = await StubStore.start();
  const settings = store.settings();
  store.stop();
  await withServer(settings, async (server) => {
    const requests = [
      ['resources/list', {}],
      ['resources/read', { uri: uriOf(KEY) }],
      ['completion/complete', { ref: templateRef, argument }],
    ];
    for (const [method, params] of requests) {
      const { code, message } = await refused(server, method, params);
      assert.equal(code, INTERNAL_ERROR);
      assert.match(message, /cannot connect|refused|reach/i);
      assert.ok(!message.includes(settings.S3_SECRET_KEY));
    }
  });
});

// --- many at once --------------------------------------------------------------------------------

test('each of many saves is told once, to everybody who listens', () =>
  withLocalServer(async (server) => {
    const COUNT = 64;
    await server.initialize();
    const uris = [];
    for (const id of ['a', 'b']) await listen(server, id, { resourcesListChanged: true });
    const images = Array.from({ length: COUNT }, () => saving(pngOfSize(3000)));
    const saves = images.map(async (image) => uris.push(uriOf((await server.saved(image)).key)));
    await Promise.all(saves);
    for (const id of ['a', 'b', undefined])
      assert.deepEqual(told(server, id), Array.from({ length: COUNT }, () => ['list_changed']));
    const { resources } = await ask(server, 'resources/list', {});
    assert.deepEqual(resources.map(({ uri }) => uri).sort(), uris.sort());
  }));

test('subscriptions come and go while images are saved and deleted', () =>
  withLocalServer(async (server) => {
    const bytes = Array.from({ length: 8 }, () => pngOfSize(2000));
    const facts = await Promise.all(bytes.map((each) => server.saved(saving(each))));
    const watched = facts.map(({ key }) => uriOf(key));
    let busy = true;
    const changes = bytes.map(async (each, i) => {
      while (busy) {
        await server.call('delete_image', { name: facts[i].key });
        await server.saved(saving(each));
      }
    });
    try {
      for (let round = 0; round < 30; round++) {
        await listen(server, round, { resourcesListChanged: true, resourceSubscriptions: watched });
        await until(() => told(server, round).length > 3, 'notifications');
        const params = { requestId: round };
        server.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
        await server.alive();
        const after = told(server, round).length;
        await server.alive();
        assert.equal(told(server, round).length, after, 'told after its end');
      }
    } finally {
      busy = false;
      await Promise.all(changes);
    }
    await listen(server, 'last', { resourcesListChanged: true });
    await server.end();
    const last = server.messages.at(-1);
    assert.deepEqual([last.id, last.result.resultType], ['last', 'complete']);
  }));

test('the end of input comes while images are saved: the subscription ends last', () =>
  withLocalServer(async (server) => {
    await listen(server, 'sub', { resourcesListChanged: true });
    const ids = Array.from({ length: 20 }, (_, i) => `save-${i}`);
    for (const id of ids) {
      const call = { name: 'save_image', arguments: saving(pngOfSize(2000)) };
      const params = { ...call, _meta: modernMeta() };
      server.send({ jsonrpc: '2.0', id, method: 'tools/call', params });
    }
    await server.end();
    assert.deepEqual(server.unanswered(), []);
    assert.equal(told(server, 'sub').length, ids.length);
    assert.equal(server.messages.at(-1).id, 'sub');
  }));
