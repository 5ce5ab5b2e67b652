// SPDX-License-Identifier: MIT
// Revision 2026-07-28, word by word: no handshake, everything in each request's _meta.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pngOfSize, saving } from './harness/images.mjs';
import { CLIENT_INFO, LEGACY, MODERN, modernMeta, withLocalServer } from './harness/server.mjs';

const INVALID_PARAMS = -32602;
const METHOD_NOT_FOUND = -32601;
const UNSUPPORTED_VERSION = -32022;
const meta = (name) => `io.modelcontextprotocol/${name}`;

function assertModern(result) {
  assert.equal(result.resultType, 'complete');
  const { name, version } = result._meta[meta('serverInfo')];
  assert.equal(name, 'image-storage-mcp');
  assert.match(version, /^\d+\.\d+\.\d+/);
}

test('server/discover says who is there and what it can do', () =>
  withLocalServer(async (server) => {
    const { result } = await server.askModern('server/discover');
    assertModern(result);
    assert.deepEqual(result.supportedVersions, [MODERN]);
    assert.ok(result.capabilities.tools);
    assert.equal(typeof result.instructions, 'string');
    assert.ok(Number.isInteger(result.ttlMs) && result.ttlMs >= 0);
    assert.equal(result.cacheScope, 'public');
  }));

test('tools/list is complete, cacheable and the same bytes each time', () =>
  withLocalServer(async (server) => {
    const { result } = await server.askModern('tools/list');
    assertModern(result);
    assert.ok(Number.isInteger(result.ttlMs) && result.ttlMs >= 0);
    assert.match(result.cacheScope, /^(public|private)$/);
    assert.equal(result.nextCursor, undefined);
    for (const tool of result.tools) {
      assert.match(tool.name, /^[A-Za-z0-9_.-]{1,128}$/);
      for (const name of ['title', 'description', 'inputSchema', 'outputSchema', 'annotations'])
        assert.ok(tool[name], `${tool.name} has no ${name}`);
    }
    const again = await server.askModern('tools/list');
    const elsewhere = await withLocalServer((other) => other.askModern('tools/list'));
    assert.equal(JSON.stringify(again.result), JSON.stringify(result));
    assert.equal(JSON.stringify(elsewhere.result), JSON.stringify(result));
  }));

test('a cursor that nobody was given is refused', () =>
  withLocalServer(async (server) => {
    const { error } = await server.askModern('tools/list', { cursor: 'made up' });
    assert.equal(error.code, INVALID_PARAMS);
  }));

test('a tool result says that it is complete and who made it', () =>
  withLocalServer(async (server) => assertModern(await server.save(saving(pngOfSize(500))))));

test('a failed tool result does so too', () =>
  withLocalServer(async (server) => {
    const result = await server.save({});
    assert.equal(result.isError, true);
    assertModern(result);
  }));

test('requests need no order: a tool call may come first', () =>
  withLocalServer(async (server) => {
    await server.saved(saving(pngOfSize(500)));
  }));

test('another version is refused with the versions there are', () =>
  withLocalServer(async (server) => {
    for (const version of ['1900-01-01', '2099-12-31', '2025-11-25', 'DRAFT-2026-v1', '']) {
      const { error } = await server.askModern(
        'tools/list',
        {},
        { [meta('protocolVersion')]: version },
      );
      assert.equal(error.code, UNSUPPORTED_VERSION, version);
      assert.deepEqual(error.data, { supported: [MODERN], requested: version });
    }
  }));

test('a version is looked at before the method', () =>
  withLocalServer(async (server) => {
    const asked = { [meta('protocolVersion')]: '1900-01-01' };
    const { error } = await server.askModern('server/discover', {}, asked);
    assert.equal(error.code, UNSUPPORTED_VERSION);
  }));

const badMeta = [
  ['no params', undefined],
  ['no _meta', {}],
  ['a _meta that is no object', { _meta: 'x' }],
  ['no protocol version', { _meta: { ...modernMeta(), [meta('protocolVersion')]: undefined } }],
  ['a protocol version that is no string', { _meta: modernMeta({ [meta('protocolVersion')]: 7 }) }],
  ['no capabilities', { _meta: { ...modernMeta(), [meta('clientCapabilities')]: undefined } }],
  ['capabilities that are no object', { _meta: modernMeta({ [meta('clientCapabilities')]: [] }) }],
  ['client info without a version', { _meta: modernMeta({ [meta('clientInfo')]: { name: 'x' } }) }],
  ['client info that is no object', { _meta: modernMeta({ [meta('clientInfo')]: 'x' }) }],
  ['a progress token that is no token', { _meta: modernMeta({ progressToken: {} }) }],
  ['an unknown log level', { _meta: modernMeta({ [meta('logLevel')]: 'loud' }) }],
];

for (const [what, params] of badMeta) {
  test(`${what}: the request is refused as invalid`, () =>
    withLocalServer(async (server) => {
      for (const method of ['server/discover', 'tools/list']) {
        const { error } = await server.ask(method, params);
        assert.equal(error.code, INVALID_PARAMS, `${method}: ${JSON.stringify(error)}`);
      }
      await server.alive();
    }));
}

test('client info may be left out', () =>
  withLocalServer(async (server) => {
    const { result } = await server.askModern(
      'tools/list',
      {},
      { [meta('clientInfo')]: undefined },
    );
    assertModern(result);
  }));

test('what _meta holds beyond that is ignored', () =>
  withLocalServer(async (server) => {
    const more = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01',
      'a/b': [1],
    };
    assertModern((await server.askModern('tools/list', {}, more)).result);
  }));

test('methods of other revisions and of nobody are not found', () =>
  withLocalServer(async (server) => {
    const gone = ['initialize', 'ping', 'logging/setLevel', 'resources/subscribe'];
    for (const method of [...gone, 'tools/explode', 'toString', '', 'notifications/cancelled']) {
      const { error } = await server.askModern(method);
      assert.equal(error?.code, METHOD_NOT_FOUND, method);
    }
  }));

test('an unknown tool and a malformed call are protocol errors, not tool results', () =>
  withLocalServer(async (server) => {
    const calls = [
      { name: 'paint_image', arguments: {} },
      { arguments: {} },
      { name: 7 },
      { name: 'save_image', arguments: [7] },
      { name: 'save_image', arguments: 'x' },
    ];
    for (const call of calls) {
      const { error } = await server.askModern('tools/call', call);
      assert.equal(error?.code, INVALID_PARAMS, JSON.stringify(call));
    }
  }));

test('a subscription is acknowledged first and answered at the end of input', () =>
  withLocalServer(async (server) => {
    const wanted = {
      toolsListChanged: true,
      promptsListChanged: true,
      resourceSubscriptions: ['a:b'],
    };
    const params = { notifications: wanted, _meta: modernMeta() };
    server.send({ jsonrpc: '2.0', id: 'sub', method: 'subscriptions/listen', params });
    const isOurs = (m) => (m.params ?? m.result)?._meta?.[meta('subscriptionId')] === 'sub';
    const first = await server.find(isOurs, 'the acknowledgment');
    assert.equal(first.method, 'notifications/subscriptions/acknowledged');
    for (const name of Object.keys(first.params.notifications)) assert.ok(name in wanted, name);

    await server.alive();
    assert.deepEqual(server.unanswered(), ['"sub"']);
    await server.end();
    const last = server.messages.at(-1);
    assert.equal(last.id, 'sub');
    assert.equal(last.result.resultType, 'complete');
    assert.equal(last.result._meta[meta('subscriptionId')], 'sub');
  }));

test('a cancelled subscription is never answered', () =>
  withLocalServer(async (server) => {
    const params = { notifications: {}, _meta: modernMeta() };
    server.send({ jsonrpc: '2.0', id: 41, method: 'subscriptions/listen', params });
    await server.find(
      (m) => m.params?._meta?.[meta('subscriptionId')] === 41,
      'the acknowledgment',
    );
    const cancelled = { requestId: 41, reason: 'enough' };
    server.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: cancelled });
    await server.end();
    assert.deepEqual(server.unanswered(), ['41']);
  }));

test('a subscription without a filter is refused', () =>
  withLocalServer(async (server) => {
    const { error } = await server.askModern('subscriptions/listen');
    assert.equal(error.code, INVALID_PARAMS);
  }));

test('two subscriptions at once are told apart', () =>
  withLocalServer(async (server) => {
    for (const id of ['a', 'b']) {
      const params = { notifications: { toolsListChanged: true }, _meta: modernMeta() };
      server.send({ jsonrpc: '2.0', id, method: 'subscriptions/listen', params });
    }
    await server.end();
    for (const id of ['a', 'b']) {
      const about = server.messages.filter(
        (m) => (m.params ?? m.result)._meta[meta('subscriptionId')] === id,
      );
      assert.deepEqual([about.length, about[0].method !== undefined, about[1].id], [2, true, id]);
    }
  }));

test('both eras live in one process', () =>
  withLocalServer(async (server) => {
    assertModern((await server.askModern('tools/list')).result);
    const { result } = await server.initialize();
    assert.equal(result.protocolVersion, LEGACY[0]);
    const legacy = (await server.ask('tools/list', {})).result;
    assert.equal(legacy.resultType, undefined);
    assertModern((await server.askModern('tools/list')).result);
    assert.deepEqual((await server.ask('ping')).result, {});
    assert.equal((await server.ask('server/discover')).error.code, INVALID_PARAMS);
  }));

test('what a client claims to be changes nothing', () =>
  withLocalServer(async (server) => {
    const info = { ...CLIENT_INFO, name: '\u202e"}{\\', title: 'x'.repeat(10_000) };
    assertModern((await server.askModern('tools/list', {}, { [meta('clientInfo')]: info })).result);
  }));
