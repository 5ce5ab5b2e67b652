// SPDX-License-Identifier: MIT
// What takes long: progress while days are listed and prompts are looked at, and cancellation. The
// store is a real one, behind a proxy that holds every request up.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { FaultProxy } from '../servers/proxies.mjs';
import { until } from './harness/deadline.mjs';
import { modernMeta } from './harness/server.mjs';
import { r2Store } from './harness/views.mjs';

const DAYS = 100;

const day = (i) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
const keys = Array.from({ length: DAYS }, (_, i) => `generations/${day(i)}/m/0123456789ab_4x4.png`);

// Runs body with a server whose store has an image on each of a hundred days.
async function withSlowStore(latency, body) {
  const proxy = await FaultProxy.start();
  try {
    await r2Store.run(
      async (server, view) => {
        proxy.target = view.endpoint;
        await Promise.all(keys.map((key) => view.write(key, 'x')));
        proxy.latency = latency;
        await body(server, proxy, view);
      },
      { S3_ENDPOINT: proxy.url },
    );
  } finally {
    proxy.stop();
  }
}

describe('a slow store', () => {
  before(() => r2Store.start());
  after(() => r2Store.stop());

  const call = (name, args) => ['tools/call', { name, arguments: args }];
  const long = [
    call('get_statistics', {}),
    call('cleanup_images', { keep_count: 1 }),
    call('list_images', { query: 'nothing has this', date_range: { start: day(DAYS - 10) } }),
    call('list_images', { limit: 1000 }),
    ['resources/list', {}],
  ];
  for (const [method, params] of long) {
    const what = `${method} ${JSON.stringify(params)}`;

    test(`${what} reports progress, which grows and ends before the answer`, () =>
      withSlowStore(300, async (server) => {
        const answer = await server.askModern(method, params, { progressToken: 't' });
        assert.ok(answer.result && !answer.result.isError, JSON.stringify(answer));
        await server.alive();
        const isProgress = ({ method }) => method === 'notifications/progress';
        const steps = server.messages.filter(isProgress).map(({ params }) => params);
        assert.ok(steps.length >= 1, 'no progress');
        assert.ok(steps.length <= 40, `${steps.length} steps`);
        for (const [i, { progress, total, progressToken }] of steps.entries()) {
          assert.equal(progressToken, 't');
          if (i > 0) assert.ok(progress > steps[i - 1].progress, JSON.stringify(steps));
          if (total !== undefined) assert.ok(progress <= total, JSON.stringify(steps));
        }
        const answered = server.messages.indexOf(answer);
        assert.ok(server.messages.findLastIndex(isProgress) < answered);
      }));

    test(`${what} stops when it is cancelled`, () =>
      withSlowStore(300, async (server, proxy, view) => {
        const full = { ...params, _meta: modernMeta() };
        server.send({ jsonrpc: '2.0', id: 'gone', method, params: full });
        await until(() => proxy.requests.length > 1, 'the first listing of a day');
        proxy.latency = 3_600_000;
        server.send({
          jsonrpc: '2.0',
          method: 'notifications/cancelled',
          params: { requestId: 'gone' },
        });
        await server.alive(); // it has taken note; what comes now was on its way before
        await until(() => proxy.waiting === 0, 'the end of what was under way');
        const asked = proxy.requests.length;
        await server.alive();
        await server.end();
        assert.equal(proxy.requests.length, asked, 'it went on');
        assert.deepEqual(server.unanswered(), ['"gone"']);
        assert.deepEqual(await view.keys(), keys);
      }));
  }
});
