// SPDX-License-Identifier: MIT
// How it starts and ends: end of input, signals, a host that goes away, cancellation, progress. A
// store that stalls holds uploads where these tests want them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { StubStore } from '../servers/stub_store.mjs';
import { DEADLINE_MS, until } from './harness/deadline.mjs';
import { pngOfSize, saving } from './harness/images.mjs';
import {
  PROGRAM,
  Server,
  environment,
  modernMeta,
  withLocalServer,
  withServer,
} from './harness/server.mjs';

// Time enough on a busy machine, and sooner than an upload that hangs is given up.
const PROMPT_EXIT_MS = 20_000;

const saveRequest = (id, args, meta = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'save_image', arguments: args, _meta: modernMeta(meta) },
});
const cancellation = (requestId) => ({
  jsonrpc: '2.0',
  method: 'notifications/cancelled',
  params: { requestId },
});

// Runs body with a store whose uploads hang until store.release(), and a server that uses it.
async function withStalledStore(body) {
  const store = await StubStore.start();
  store.stall();
  try {
    await body(store, store.settings());
  } finally {
    store.stop();
  }
}

// The same, for tests in which the server ends in an unusual way.
const withRawServer = (body) =>
  withStalledStore(async (store, settings) => {
    const server = new Server(settings);
    try {
      await body(server, store);
    } finally {
      server.child.kill('SIGKILL');
    }
  });

describe('the end of input', () => {
  test('nothing was said: it ends well', () => withLocalServer(() => {}));

  test('what was accepted is finished first', () =>
    withStalledStore((store, settings) =>
      withServer(settings, async (server) => {
        for (let i = 0; i < 5; i++) server.send(saveRequest(i, saving(pngOfSize(200_000))));
        await until(() => store.waiting >= 1, 'an upload');
        server.child.stdin.end();
        store.release();
        await server.exit();
        assert.deepEqual(server.unanswered(), []);
        assert.equal(store.objects.size, 5);
      }),
    ));

  test('a line cut short is no request, but what came before it is done', () =>
    withLocalServer(async (server) => {
      const whole = JSON.stringify(saveRequest('whole', saving(pngOfSize(100_000))));
      const cut = JSON.stringify(saveRequest('cut', saving(pngOfSize(100_000))));
      server.write(`${whole}\n${cut.slice(0, -200)}`, 'whole', 'cut');
      await server.end();
      const whole_ = server.messages.find(({ id }) => id === 'whole');
      assert.notEqual(whole_.result.isError, true);
      const others = server.messages.filter((m) => m !== whole_);
      assert.ok(
        others.every(({ error }) => error),
        JSON.stringify(others),
      );
    }));

  for (const [where, length] of [
    ['in the middle of an image', 50_000],
    ['in the middle of a name', 20],
    ['after one byte', 1],
  ])
    test(`${where}: it ends well and stores nothing`, () =>
      withLocalServer(async (server, directory) => {
        const line = JSON.stringify(saveRequest(1, saving(pngOfSize(100_000))));
        server.write(line.slice(0, length), 1);
        await server.end();
        assert.ok(!existsSync(`${directory}/generations`));
      }));
});

describe('a host that does not read', () => {
  test('output closed: it ends by itself', () =>
    withRawServer(async (server) => {
      await server.alive();
      server.child.stdout.destroy();
      server.send({ jsonrpc: '2.0', id: 1, method: 'ping' });
      const { signal } = await server.exit(PROMPT_EXIT_MS);
      assert.equal(signal, null, 'it must not die of SIGPIPE');
    }));

  test('output closed while an upload hangs: it does not wait for it', () =>
    withRawServer(async (server, store) => {
      server.send(saveRequest(1, saving(pngOfSize(100_000))));
      await until(() => store.waiting === 1, 'the upload');
      server.child.stdout.destroy();
      server.send({ jsonrpc: '2.0', id: 2, method: 'ping' });
      const { signal } = await server.exit(PROMPT_EXIT_MS);
      assert.equal(signal, null);
    }));

  test('nothing is lost when answers are read late', () =>
    withLocalServer(async (server) => {
      const count = 400;
      server.child.stdout.pause();
      const meta = JSON.stringify(modernMeta());
      for (let i = 0; i < count; i++)
        server.write(
          `{"jsonrpc":"2.0","id":${i},"method":"tools/list","params":{"_meta":${meta}}}\n`,
          i,
        );
      await until(() => server.child.stdin.writableLength >= 0, 'the writes');
      server.child.stdout.resume();
      await server.end();
      assert.deepEqual(server.unanswered(), []);
    }));
});

describe('a host that closes standard streams', () => {
  const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}\n';
  const cases = [
    ['input', '<&-', '', { status: 0, stdout: '' }],
    ['output', '>&-', ping, { status: 1, stdout: '' }],
    ['error', '2>&-', ping, { status: 0, stdout: '{"jsonrpc":"2.0","id":1,"result":{}}\n' }],
  ];
  for (const [name, redirection, input, expected] of cases)
    test(`standard ${name} closed`, () => {
      const { status, stdout } = spawnSync('sh', ['-c', `exec "$1" ${redirection}`, 'sh', PROGRAM], {
        env: environment(),
        input,
        encoding: 'utf8',
        timeout: DEADLINE_MS,
        killSignal: 'SIGKILL',
      });
      assert.deepEqual({ status, stdout }, expected);
    });
});

describe('signals', () => {
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    test(`${name} ends an idle server at once`, () =>
      withRawServer(async (server) => {
        await server.alive();
        server.child.kill(name);
        await server.exit(PROMPT_EXIT_MS);
      }));

    test(`${name} during an upload aborts it`, () =>
      withRawServer(async (server, store) => {
        server.send(saveRequest(1, saving(pngOfSize(500_000))));
        await until(() => store.waiting === 1, 'the upload');
        server.child.kill(name);
        await server.exit(PROMPT_EXIT_MS);
        await until(() => store.open === 0, 'the end of the connection');
      }));
  }

  test('SIGTERM while it waits for uploads at the end of input', () =>
    withRawServer(async (server, store) => {
      server.send(saveRequest(1, saving(pngOfSize(100_000))));
      await until(() => store.waiting === 1, 'the upload');
      server.child.stdin.end();
      server.child.kill('SIGTERM');
      await server.exit(PROMPT_EXIT_MS);
    }));

  test('SIGTERM in the middle of a line', () =>
    withRawServer(async (server) => {
      await server.alive();
      server.write(JSON.stringify(saveRequest(1, saving(pngOfSize(500_000)))).slice(0, 300_000), 1);
      server.child.kill('SIGTERM');
      await server.exit(PROMPT_EXIT_MS);
    }));
});

describe('cancellation', () => {
  test('a cancelled request is never answered, and its upload ends', () =>
    withStalledStore((store, settings) =>
      withServer(settings, async (server) => {
        server.send(saveRequest('gone', saving(pngOfSize(300_000))));
        await until(() => store.waiting === 1, 'the upload');
        server.send(cancellation('gone'));
        await until(() => store.open === 0, 'the end of the connection');
        await server.alive();
        await server.end();
        assert.deepEqual(server.unanswered(), ['"gone"']);
      }),
    ));

  test('the others go on', () =>
    withStalledStore((store, settings) =>
      withServer(settings, async (server) => {
        for (const id of ['a', 'b', 'c']) server.send(saveRequest(id, saving(pngOfSize(90_000))));
        await until(() => store.waiting === 3, 'three uploads');
        server.send(cancellation('b'));
        await until(() => store.open <= 2, 'the end of one connection');
        store.release();
        await server.end();
        assert.deepEqual(server.unanswered(), ['"b"']);
      }),
    ));

  test('ids of another type are other requests', () =>
    withStalledStore((store, settings) =>
      withServer(settings, async (server) => {
        server.send(saveRequest(1, saving(pngOfSize(90_000))));
        await until(() => store.waiting === 1, 'the upload');
        for (const id of ['1', 2, null, 1.5, true]) server.send(cancellation(id));
        await server.alive();
        store.release();
        await server.answerTo(1);
      }),
    ));

  test('cancelling what is over, or never was, does nothing', () =>
    withLocalServer(async (server) => {
      await server.ask('ping', undefined, 'done');
      server.send(cancellation('done'));
      server.send(cancellation('never'));
      await server.alive();
    }));

  test('an id under way may not be used a second time', () =>
    withStalledStore((store, settings) =>
      withServer(settings, async (server) => {
        server.send(saveRequest('twice', saving(pngOfSize(90_000))));
        await until(() => store.waiting === 1, 'the upload');
        server.send({ jsonrpc: '2.0', id: 'twice', method: 'ping' });
        const { error } = await server.answerTo('twice');
        assert.equal(error.code, -32600);
        store.release();
        await server.find((m) => m.id === 'twice' && m.result, 'the answer to the first');
      }),
    ));

  test('cancelling a hundred saves at once leaves nothing behind', () =>
    withStalledStore((store, settings) =>
      withServer(settings, async (server) => {
        const ids = Array.from({ length: 100 }, (_, i) => `c${i}`);
        for (const id of ids) server.send(saveRequest(id, saving(pngOfSize(5000))));
        await until(() => store.waiting >= 1, 'an upload');
        for (const id of ids) server.send(cancellation(id));
        await until(() => store.open === 0, 'the end of all connections');
        store.release();
        await server.saved(saving(pngOfSize(5000)));
        await server.end();
        assert.ok(server.unanswered().length >= 1);
      }),
    ));
});

describe('progress', () => {
  const progressOf = (server, token) =>
    server.messages.filter(
      (m) => m.method === 'notifications/progress' && m.params.progressToken === token,
    );

  test('it grows, keeps its token, and ends before the answer', () =>
    withStalledStore((store, settings) =>
      withServer(settings, async (server) => {
        store.throttle(2_000_000); // bytes a second
        store.release();
        const id = server.newId();
        server.send(saveRequest(id, saving(pngOfSize(6_000_000)), { progressToken: 'token' }));
        await server.answerTo(id);
        await server.alive();
        const steps = progressOf(server, 'token');
        assert.ok(steps.length >= 2, `${steps.length} steps in 3 seconds`);
        assert.ok(steps.length <= 40, `${steps.length} steps in 3 seconds`);
        for (let i = 1; i < steps.length; i++)
          assert.ok(steps[i].params.progress > steps[i - 1].params.progress);
        for (const { params } of steps)
          if ('total' in params) assert.ok(params.progress <= params.total);
        const answered = server.messages.findIndex((m) => m.id === id);
        assert.ok(server.messages.indexOf(steps.at(-1)) < answered, 'progress after the answer');
      }),
    ));

  test('without a token there is none', () =>
    withStalledStore((store, settings) =>
      withServer(settings, async (server) => {
        store.throttle(2_000_000);
        store.release();
        await server.saved(saving(pngOfSize(2_000_000)));
        assert.equal(server.messages.length, 1);
      }),
    ));
});

describe('many requests at once', () => {
  test('small requests are answered while uploads hang', () =>
    withStalledStore((store, settings) =>
      withServer(settings, async (server) => {
        for (let i = 0; i < 4; i++) server.send(saveRequest(`s${i}`, saving(pngOfSize(200_000))));
        await until(() => store.waiting >= 1, 'an upload');
        await server.alive();
        store.release();
      }),
    ));

  test('what a host pours in waits in the pipe, and none of it is lost', () =>
    withStalledStore((store, settings) =>
      withServer(settings, async (server) => {
        const ids = Array.from({ length: 60 }, (_, i) => `p${i}`);
        for (const id of ids) server.send(saveRequest(id, saving(pngOfSize(2_000_000))));
        await until(() => store.waiting >= 1, 'an upload');
        assert.ok(server.child.stdin.writableLength > 20_000_000, 'it took everything in at once');
        store.release();
        await server.end();
        assert.deepEqual(server.unanswered(), []);
        assert.equal(store.objects.size, ids.length);
      }),
    ));
});
