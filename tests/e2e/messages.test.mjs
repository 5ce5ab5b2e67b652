// SPDX-License-Identifier: MIT
// Lines of any kind: whatever comes in is answered exactly once if it asks for an answer, with a
// clear error if it cannot be understood, and the server is as good as new afterwards.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { base64, pngOfSize, saving, sha256 } from './harness/images.mjs';
import { modernMeta, withLocalServer } from './harness/server.mjs';

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const META = JSON.stringify(modernMeta());

const saveLine = (id, args) =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"tools/call","params":` +
  `{"name":"save_image","arguments":${args},"_meta":${META}}}\n`;

// --- ids -----------------------------------------------------------------------------------------

test('an answer carries the id as it came, whatever its type', () =>
  withLocalServer(async (server) => {
    for (const id of [
      0,
      1,
      -7,
      9007199254740991,
      '',
      'a',
      '1',
      'ключ-鍵-🔑',
      'x'.repeat(2000),
      '"\\/\b\n',
    ])
      assert.equal((await server.ask('ping', undefined, id)).id, id);
  }));

test('an id that is null, broken, or no scalar is refused', () =>
  withLocalServer(async (server) => {
    for (const id of ['null', '1.5', 'true', '{}', '[1]']) {
      const line = `{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`;
      const before = server.messages.length;
      server.write(line, JSON.parse(id));
      const { error } = await server.find(
        (m) => server.messages.indexOf(m) >= before && m.error,
        `an error for ${line}`,
      );
      assert.equal(error.code, INVALID_REQUEST, line);
    }
    await server.alive();
  }));

test('an id may be used again once its request is answered', () =>
  withLocalServer(async (server) => {
    for (let i = 0; i < 3; i++) {
      server.send({ jsonrpc: '2.0', id: 'again', method: 'ping' });
      let count = 0;
      await server.find((m) => m.id === 'again' && ++count === i + 1, 'the next answer');
    }
  }));

// --- lines ---------------------------------------------------------------------------------------

const broken = [
  ['an open brace', '{'],
  ['a bare word', 'hello'],
  ['single quotes', "{'jsonrpc':'2.0'}"],
  ['a comma too many', '{"jsonrpc":"2.0","id":1,"method":"ping",}'],
  ['two values', '{} {}'],
  ['an open string', '{"jsonrpc":"2.0","method":"pi'],
  ['an unknown escape', '{"jsonrpc":"2.0","method":"x","params":{"a":"\\x41"}}'],
  ['a tab inside a string', '{"jsonrpc":"2.0","method":"x","params":{"a":"\t"}}'],
  ['a number too large', '{"jsonrpc":"2.0","method":"x","params":{"a":1e999999}}'],
  ['a byte order mark in the middle', '{"jsonrpc":\ufeff"2.0"}'],
  ['a NUL byte', '{"jsonrpc":"2.0","method":"x\0"}'],
  ['an overlong UTF-8 sequence', Buffer.from('227b22c080227d', 'hex')],
  ['a byte that is not UTF-8', Buffer.from('7b226a736f6e727063223a22ff227d', 'hex')],
  ['UTF-8 cut short', Buffer.from('7b2261223a22e38122', 'hex')],
  ['an encoded surrogate', Buffer.from('7b2261223a22eda080227d', 'hex')],
];

for (const [what, line] of broken) {
  test(`${what}: a parse error, and the server lives on`, () =>
    withLocalServer(async (server) => {
      server.write(Buffer.concat([Buffer.from(line), Buffer.from('\n')]), 1);
      const { error } = await server.find((m) => m.error, 'an error');
      assert.equal(error.code, PARSE_ERROR, JSON.stringify(error));
      await server.alive();
    }));
}

test('broken JSON after the id is refused with that id or none', () =>
  withLocalServer(async (server) => {
    server.write('{"jsonrpc":"2.0","id":"mine","method":"ping",,}\n', 'mine');
    const answer = await server.find((m) => m.error, 'an error');
    assert.equal(answer.error.code, PARSE_ERROR);
    assert.ok([undefined, null, 'mine'].includes(answer.id));
    await server.alive();
  }));

const notRequests = [
  ['a number', '7'],
  ['a string', '"ping"'],
  ['null', 'null'],
  ['an empty object', '{}'],
  ['no version of JSON-RPC', '{"id":1,"method":"ping"}'],
  ['another version of JSON-RPC', '{"jsonrpc":"1.0","id":1,"method":"ping"}'],
  ['a version that is a number', '{"jsonrpc":2.0,"id":1,"method":"ping"}'],
  ['no method', '{"jsonrpc":"2.0","id":1}'],
  ['a method that is no string', '{"jsonrpc":"2.0","id":1,"method":7}'],
];

for (const [what, line] of notRequests) {
  test(`${what}: not a request, and it is said so`, () =>
    withLocalServer(async (server) => {
      server.write(`${line}\n`, 1);
      const { error } = await server.find((m) => m.error, 'an error');
      assert.equal(error.code, INVALID_REQUEST, JSON.stringify(error));
      await server.alive();
    }));
}

test('params that are a list are refused', () =>
  withLocalServer(async (server) => {
    for (const params of [[], [1], 'x', 7])
      assert.equal((await server.ask('tools/list', params)).error.code, -32602);
  }));

test('duplicate keys are refused, at any depth', () =>
  withLocalServer(async (server) => {
    server.write('{"jsonrpc":"2.0","id":1,"method":"ping","method":"pong"}\n', 1);
    assert.ok((await server.find((m) => m.error, 'an error')).error);
    const twice = saveLine(2, '{"data":"AAAA","prompt":"a","prompt":"b","model":"m"}');
    server.write(twice, 2);
    assert.ok(
      (await server.find((m) => m.error && server.messages.indexOf(m) > 0, 'another')).error,
    );
    await server.alive();
  }));

test('a NUL written as an escape is refused', () =>
  withLocalServer(async (server) => {
    server.write(saveLine(1, '{"data":"AAAA","prompt":"a\\u0000b","model":"m"}'), 1);
    const answer = await server.find((m) => m.error || m.result, 'an answer');
    assert.ok(answer.error || answer.result.isError, JSON.stringify(answer));
    await server.alive();
  }));

test('deep nesting is refused, however deep', () =>
  withLocalServer(async (server) => {
    for (const depth of [200, 5000, 400_000]) {
      const id = `deep-${depth}`;
      const value = '['.repeat(depth) + ']'.repeat(depth);
      server.write(`{"jsonrpc":"2.0","id":"${id}","method":"ping","params":{"x":${value}}}\n`, id);
      const before = server.messages.length;
      await server.find((m) => server.messages.indexOf(m) >= before && m.error, `${depth} deep`);
    }
    await server.alive();
  }));

test('nesting that people use is fine', () =>
  withLocalServer(async (server) => {
    let nested = 1;
    for (let i = 0; i < 20; i++) nested = { again: [nested] };
    const facts = await server.saved(saving(pngOfSize(500), { parameters: nested }));
    assert.deepEqual(facts.metadata.parameters, nested);
  }));

test('a line over the limit is skipped to its end and refused with its id', () =>
  withLocalServer(async (server) => {
    const prose = 'words and words. '.repeat(700_000); // 12 MB of text is no image
    const before = `{"jsonrpc":"2.0","id":"before","method":"ping","params":{"x":"${prose}"}}\n`;
    const after = `{"jsonrpc":"2.0","method":"ping","params":{"x":"${prose}"},"id":"after"}\n`;
    server.write(before, 'before');
    assert.equal((await server.answerTo('before')).error.code, INVALID_REQUEST);
    server.write(after, 'after');
    assert.equal((await server.answerTo('after')).error.code, INVALID_REQUEST);
    await server.alive();
  }));

test('an image over the limit is refused with its id, and named as too large', () =>
  withLocalServer(async (server) => {
    const data = 'A'.repeat(100 * 1024 * 1024);
    server.write(saveLine('huge', `{"data":"${data}","prompt":"a","model":"m"}`), 'huge');
    const answer = await server.answerTo('huge');
    const text = answer.error?.message ?? answer.result.content[0].text;
    assert.match(text, /large|long|IMAGE_MAX_BYTES/i);
    await server.alive();
  }));

// --- framing -------------------------------------------------------------------------------------

test('a message may come one byte at a time', () =>
  withLocalServer(async (server) => {
    const image = pngOfSize(400);
    const line = saveLine('slow', JSON.stringify(saving(image, { prompt: 'ゆっくり 🐌' })));
    server.child.stdin.setDefaultEncoding('latin1');
    const bytes = Buffer.from(line);
    server.write('', 'slow');
    for (let i = 0; i < bytes.length; i++)
      await new Promise((resolve) => server.child.stdin.write(bytes.subarray(i, i + 1), resolve));
    const { result } = await server.answerTo('slow');
    assert.equal(result.structuredContent.sha256, sha256(image));
    assert.equal(result.structuredContent.metadata.prompt, 'ゆっくり 🐌');
  }));

test('a large image may come in pieces of any size', () =>
  withLocalServer(async (server) => {
    const image = pngOfSize(400_000);
    const bytes = Buffer.from(saveLine('pieces', JSON.stringify(saving(image))));
    server.write('', 'pieces');
    for (let i = 0; i < bytes.length;) {
      const size = randomInt(1, 20_000);
      await new Promise((resolve) =>
        server.child.stdin.write(bytes.subarray(i, i + size), resolve),
      );
      i += size;
    }
    const { result } = await server.answerTo('pieces');
    assert.equal(result.structuredContent.sha256, sha256(image));
  }));

test('lines may end in CR LF', () =>
  withLocalServer(async (server) => {
    server.write('{"jsonrpc":"2.0","id":"crlf","method":"ping"}\r\n', 'crlf');
    assert.deepEqual((await server.answerTo('crlf')).result, {});
    const image = pngOfSize(100_000);
    server.write(saveLine('big', JSON.stringify(saving(image))).replace('\n', '\r\n'), 'big');
    assert.equal((await server.answerTo('big')).result.structuredContent.sha256, sha256(image));
  }));

test('blank lines are nothing', () =>
  withLocalServer(async (server) => {
    server.write('\n\r\n   \n\t\n\n{"jsonrpc":"2.0","id":1,"method":"ping"}\n\n', 1);
    await server.answerTo(1);
    await server.alive();
    assert.equal(server.messages.length, 2);
  }));

test('white space around and inside a message is nothing', () =>
  withLocalServer(async (server) => {
    server.write('  { "jsonrpc" :\t"2.0" , "id" : 1 ,\r "method" : "ping" }  \n', 1);
    assert.deepEqual((await server.answerTo(1)).result, {});
  }));

test('several messages in one write are all answered', () =>
  withLocalServer(async (server) => {
    const ids = Array.from({ length: 500 }, (_, i) => `m${i}`);
    const lines = ids.map((id) => `{"jsonrpc":"2.0","id":"${id}","method":"ping"}\n`);
    server.write(lines.join(''), ...ids);
    await server.end();
    assert.deepEqual(server.unanswered(), []);
  }));

test('the last line needs no end', () =>
  withLocalServer(async (server) => {
    server.write('{"jsonrpc":"2.0","id":"last","method":"ping"}', 'last');
    server.child.stdin.end();
    await server.exit();
    assert.deepEqual(
      server.messages.map(({ id }) => id),
      ['last'],
    );
  }));

test('escapes are understood in names and values', () =>
  withLocalServer(async (server) => {
    server.write('{"jso\\u006erpc":"2.\\u0030","\\u0069d":"\\u0031","method":"pi\\u006eg"}\n', '1');
    assert.deepEqual((await server.answerTo('1')).result, {});
  }));

// --- notifications and responses -----------------------------------------------------------------

test('nothing is answered to a notification, whatever it says', () =>
  withLocalServer(async (server) => {
    for (const method of [
      'notifications/initialized',
      'notifications/nobody',
      'ping',
      'tools/call',
    ])
      for (const params of [undefined, {}, { name: 'save_image', arguments: {} }, [], 7])
        server.send({ jsonrpc: '2.0', method, params });
    for (const requestId of [undefined, null, 1, 'x', {}, 1.5])
      server.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } });
    await server.alive();
    assert.equal(server.messages.length, 1);
  }));

test('answers to questions nobody asked are ignored', () =>
  withLocalServer(async (server) => {
    server.write('{"jsonrpc":"2.0","id":5,"result":{}}\n');
    server.write('{"jsonrpc":"2.0","id":5,"error":{"code":1,"message":"x"}}\n');
    await server.alive();
    assert.equal(server.messages.length, 1);
  }));

// --- everything at once --------------------------------------------------------------------------

// One of each kind of request, good or bad, as [id, line].
function randomRequest(id) {
  const image = () => JSON.stringify(saving(pngOfSize(randomInt(200, 120_000))));
  const damaged = () => {
    const bytes = pngOfSize(randomInt(200, 120_000));
    bytes[randomInt(60, bytes.length - 20)] ^= 1;
    return JSON.stringify(saving(bytes));
  };
  const request = (method, params) =>
    `{"jsonrpc":"2.0","id":"${id}","method":"${method}"${params}}\n`;
  const kinds = [
    () => request('ping', ''),
    () => request('server/discover', `,"params":{"_meta":${META}}`),
    () => request('server/discover', ''),
    () => request('no/such', `,"params":{"_meta":${META}}`),
    () => request('tools/list', `,"params":{"_meta":${META}}`),
    () => request('tools/list', ',"params":[]'),
    () => request('tools/call', `,"params":{"name":"nobody","_meta":${META}}`),
    () => saveLine(id, image()),
    () => saveLine(id, damaged()),
    () => saveLine(id, '{}'),
    () => saveLine(id, '{"data":"!!!!","prompt":7,"model":"m"}'),
    () =>
      saveLine(id, JSON.stringify(saving(pngOfSize(500), { extra: base64(pngOfSize(99_000)) }))),
  ];
  return kinds[randomInt(kinds.length)]();
}

test('each of a thousand requests of every kind is answered exactly once', () =>
  withLocalServer(async (server) => {
    for (let i = 0; i < 1000; i++) {
      const id = `r${i}`;
      server.write(randomRequest(id), id);
      if (i % 7 === 0) server.write('{"jsonrpc":"2.0","method":"notifications/nothing"}\n');
      if (server.child.stdin.writableNeedDrain)
        await new Promise((resolve) => server.child.stdin.once('drain', resolve));
    }
    await server.end();
    assert.deepEqual(server.unanswered(), []);
    assert.equal(server.messages.length, 1000);
  }));
