// SPDX-License-Identifier: MIT
// The revisions with a handshake: 2024-11-05, 2025-03-26, 2025-06-18 and 2025-11-25.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pngOfSize, saving } from './harness/images.mjs';
import { CLIENT_INFO, LEGACY, MODERN, withLocalServer } from './harness/server.mjs';

const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;

const answersOf = (batch) => batch.map(({ id }) => id).sort();
const isBatch = (message) => Array.isArray(message);
const call = (id, args) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'save_image', arguments: args },
});
const request = (id, method) => ({ jsonrpc: '2.0', id, method });
const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };

for (const version of LEGACY) {
  test(`${version} is agreed on when it is asked for`, () =>
    withLocalServer(async (server) => {
      const { result } = await server.initialize(version);
      assert.equal(result.protocolVersion, version);
      assert.equal(result.serverInfo.name, 'image-storage-mcp');
      assert.ok(result.capabilities.tools);
      assert.equal(typeof result.instructions, 'string');
    }));

  test(`${version}: results carry nothing of the later era`, () =>
    withLocalServer(async (server) => {
      await server.initialize(version);
      const listed = (await server.ask('tools/list', {})).result;
      assert.deepEqual(Object.keys(listed), ['tools']);
      const saved = await server.ask('tools/call', {
        name: 'save_image',
        arguments: saving(pngOfSize(600)),
      });
      assert.equal(saved.result.resultType, undefined);
      assert.equal(saved.result._meta, undefined);
      const types = saved.result.content.map(({ type }) => type);
      const links = version >= '2025-06-18';
      assert.equal(types.includes('resource_link'), links, types.join());
      assert.ok(types.includes('text'));
    }));
}

test('an unknown version is answered with the newest of its era', () =>
  withLocalServer(async (server) => {
    for (const version of ['1999-01-01', '2031-01-01', MODERN]) {
      const { result } = await server.initialize(version);
      assert.equal(result.protocolVersion, LEGACY[0], version);
    }
  }));

test('initialize without a version is refused', () =>
  withLocalServer(async (server) => {
    for (const params of [undefined, {}, { protocolVersion: 3 }]) {
      const { error } = await server.ask('initialize', params);
      assert.equal(error.code, INVALID_PARAMS);
    }
    await server.initialize();
  }));

test('ping is answered with an empty result, before and after initialize', () =>
  withLocalServer(async (server) => {
    assert.deepEqual((await server.ask('ping')).result, {});
    await server.initialize();
    assert.deepEqual((await server.ask('ping')).result, {});
    assert.deepEqual((await server.ask('ping', {})).result, {});
  }));

test('requests before initialize are refused, and the sentence says why', () =>
  withLocalServer(async (server) => {
    for (const method of ['tools/list', 'tools/call']) {
      const { error } = await server.ask(method, {});
      assert.equal(error.code, INVALID_PARAMS);
      assert.match(error.message, /initialize/);
    }
    await server.initialize();
    assert.ok((await server.ask('tools/list', {})).result);
  }));

test('the initialized notification is not waited for', () =>
  withLocalServer(async (server) => {
    const params = { protocolVersion: LEGACY[1], capabilities: {}, clientInfo: CLIENT_INFO };
    await server.ask('initialize', params);
    assert.ok((await server.ask('tools/list')).result);
  }));

test('unknown methods and those of the later era are not found', () =>
  withLocalServer(async (server) => {
    await server.initialize();
    for (const method of [
      'tools/paint',
      'prompts/list',
      'sampling/createMessage',
      'x'.repeat(5000),
    ]) {
      const { error } = await server.ask(method, {});
      assert.equal(error.code, METHOD_NOT_FOUND, method);
      assert.ok(error.message.length < 500);
    }
  }));

test('an unknown tool is a protocol error', () =>
  withLocalServer(async (server) => {
    await server.initialize();
    const { error } = await server.ask('tools/call', { name: 'no_such_tool', arguments: {} });
    assert.equal(error.code, INVALID_PARAMS);
    assert.match(error.message, /no_such_tool/);
  }));

test('bad arguments are a tool result, so that the model sees them', () =>
  withLocalServer(async (server) => {
    await server.initialize();
    const { result } = await server.ask('tools/call', { name: 'save_image', arguments: {} });
    assert.equal(result.isError, true);
    assert.match(result.content[0].text, /prompt/);
  }));

test('2025-03-26: a batch is answered with a batch', () =>
  withLocalServer(async (server) => {
    await server.initialize('2025-03-26');
    server.send([
      request('list', 'tools/list'),
      initialized,
      call('save', saving(pngOfSize(200_000))),
      request('nothing', 'no/such/method'),
      request('ping', 'ping'),
    ]);
    const answers = await server.find(isBatch, 'the batch');
    assert.deepEqual(answersOf(answers), ['list', 'nothing', 'ping', 'save']);
    const save = answers.find(({ id }) => id === 'save');
    assert.notEqual(save.result.isError, true, JSON.stringify(save));
  }));

test('2025-03-26: two images in one batch are both saved', () =>
  withLocalServer(async (server) => {
    await server.initialize('2025-03-26');
    const images = [pngOfSize(150_000), pngOfSize(90_000)];
    server.send(images.map((image, i) => call(i + 100, saving(image))));
    const answers = await server.find(isBatch, 'the batch');
    const sizes = answers.map(({ result }) => result.structuredContent.size).sort((a, b) => b - a);
    assert.deepEqual(
      sizes,
      images.map(({ length }) => length),
    );
  }));

test('2025-03-26: a batch of notifications is not answered', () =>
  withLocalServer(async (server) => {
    await server.initialize('2025-03-26');
    const before = server.messages.length;
    server.send([initialized, initialized]);
    await server.ask('ping');
    assert.equal(server.messages.length, before + 1);
  }));

test('2025-03-26: what is wrong inside a batch is answered inside it', () =>
  withLocalServer(async (server) => {
    await server.initialize('2025-03-26');
    server.send([1, 'x', { jsonrpc: '1.0', id: 'old', method: 'ping' }, request('good', 'ping')]);
    const answers = await server.find(isBatch, 'the batch');
    assert.equal(answers.length, 4);
    assert.equal(answers.filter(({ error }) => error?.code === INVALID_REQUEST).length, 3);
  }));

test('2025-03-26: an empty batch is one error', () =>
  withLocalServer(async (server) => {
    await server.initialize('2025-03-26');
    server.send([]);
    assert.equal((await server.answerToNobody()).error.code, INVALID_REQUEST);
  }));

for (const version of LEGACY.filter((v) => v !== '2025-03-26')) {
  test(`${version}: there are no batches`, () =>
    withLocalServer(async (server) => {
      await server.initialize(version);
      server.send([request('one', 'ping'), request('two', 'ping')]);
      for (const id of ['one', 'two'])
        assert.equal((await server.answerTo(id)).error.code, INVALID_REQUEST);
      assert.ok(!server.messages.some(isBatch));
      await server.alive();
    }));
}
