// SPDX-License-Identifier: MIT
// Things that go wrong for a while: the save succeeds all the same, with one object and the right
// bytes, because what is sent again is signed again and sent whole. Things that stay wrong: one
// sentence that says what to do. Ceph is behind the proxy, so every signature is checked.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as faults from '../servers/faults.mjs';
import { FaultProxy } from '../servers/proxies.mjs';
import { StubStore } from '../servers/stub_store.mjs';
import { until } from './harness/deadline.mjs';
import { pngOfSize, saving, sha256 } from './harness/images.mjs';
import { modernMeta, withServer } from './harness/server.mjs';
import { Ceph, cephMissing, s3Settings } from './harness/stores.mjs';

let ceph;
before(async () => {
  if (!cephMissing) ceph = await Ceph.start();
});

// Runs body with a server whose way to Ceph leads through a proxy.
async function withProxy(body, more = {}) {
  const bucket = await ceph.bucket();
  const proxy = await FaultProxy.start(ceph.http);
  try {
    const settings = s3Settings(bucket, { S3_ENDPOINT: proxy.url, ...more });
    await withServer(settings, (server) => body(server, proxy, bucket));
  } finally {
    proxy.stop();
  }
}

const uploads = (proxy) => proxy.requests.filter(({ method }) => method === 'PUT');
const scopeOf = ({ headers }) =>
  /Credential=[^/]+\/\d+\/([^/]+)\/s3\//.exec(headers.authorization)[1];
const timeOf = ({ headers }) => {
  const digits = headers['x-amz-date'];
  return Date.parse(
    digits.replace(
      /^(....)(..)(..)T(..)(..)(..)Z$/,
      (_, y, m, d, H, M, S) => `${y}-${m}-${d}T${H}:${M}:${S}Z`,
    ),
  );
};

describe('what passes', () => {
  const passing = [
    ['SlowDown', [faults.slowDown, faults.slowDown]],
    ['SlowDown with a time to wait', [faults.slowDownFor(1)]],
    ['an internal error', [faults.internalError, faults.internalError]],
    ['an error inside a 200', [faults.errorInside200]],
    ['a bad gateway', [faults.badGateway, faults.badGateway]],
    ['a refusal before the body was read', [faults.earlyRefusal]],
    ['a reset connection', [faults.reset, faults.reset]],
    ['a connection reset inside the body', [faults.resetInsideBody]],
    ['a connection reset after the body', [faults.resetAfterBody]],
    ['a closed connection', [faults.closed]],
    ['an answer cut short', [faults.answerCutShort]],
    ['one after the other', [faults.reset, faults.slowDown, faults.internalError]],
  ];
  for (const [what, plan] of passing) {
    test(`${what}: the image is saved, once and whole`, { skip: cephMissing }, () =>
      withProxy(async (server, proxy, bucket) => {
        for (const size of [1000, 1_500_000]) {
          proxy.faults = [...plan];
          const image = pngOfSize(size);
          const facts = await server.saved(saving(image));
          assert.equal(proxy.faults.length, 0, 'every fault was met');
          assert.equal(sha256((await bucket.get(facts.key)).body), sha256(image));
        }
        assert.equal((await bucket.keys()).length, 2);
      }),
    );
  }

  test(
    'an upload that was stored although its answer was lost is found, not refused',
    {
      skip: cephMissing,
    },
    () =>
      withProxy(async (server, proxy, bucket) => {
        const image = pngOfSize(300_000);
        proxy.faults = [proxy.losesTheAnswer];
        const facts = await server.saved(saving(image));
        assert.equal(sha256((await bucket.get(facts.key)).body), sha256(image));
        assert.equal((await bucket.keys()).length, 1);
      }),
  );

  for (const [what, fault] of [
    ['said in the body', faults.otherRegion('eu-central-1')],
    ['said in a header', faults.movedToRegion('eu-central-1')],
  ])
    test(`another region, ${what}, is learned`, { skip: cephMissing }, () =>
      withProxy(async (server, proxy) => {
        proxy.faults = [fault];
        await server.saved(saving(pngOfSize(1000)));
        await server.saved(saving(pngOfSize(1000)));
        const scopes = uploads(proxy).map(scopeOf);
        assert.deepEqual(scopes, ['us-east-1', 'eu-central-1', 'eu-central-1']);
      }),
    );

  test('the clock of the store is learned', async () => {
    const store = await StubStore.start();
    const ahead = 2 * 3600 * 1000;
    store.faults = [faults.skewedClock(ahead)];
    await withServer(store.settings(), async (server) => {
      await server.saved(saving(pngOfSize(1000)));
      const [first, second] = uploads(store).map(timeOf);
      assert.ok(Math.abs(first - Date.now()) < 60_000);
      assert.ok(Math.abs(second - Date.now() - ahead) < 60_000);
    });
    store.stop();
  });
});

describe('what stays', () => {
  const always = (fault) => Array.from({ length: 100 }, () => fault);
  const staying = [
    ['SlowDown', faults.slowDown, /requests|again/i],
    ['an internal error', faults.internalError, /problem|again/i],
    ['a bad gateway', faults.badGateway, /502|again/i],
    ['resets', faults.reset, /connection|again/i],
    ['something that is no HTTP', faults.garbage, /HTTP|S3_ENDPOINT/],
    ['another region each time', faults.otherRegion('eu-central-1'), /S3_REGION/],
    ['a clock that stays wrong', faults.skewedClock(7_200_000), /clock/i],
  ];
  for (const [what, fault, says] of staying) {
    test(`${what}: one sentence, in reasonable time, and the server lives`, async () => {
      const store = await StubStore.start();
      store.faults = always(fault);
      await withServer(store.settings(), async (server) => {
        const text = await server.refused(saving(pngOfSize(1000)));
        assert.match(text, says);
        assert.doesNotMatch(text, /stub-secret-key/);
        assert.ok(text.length < 700, text);
        assert.ok(uploads(store).length <= 10, `${uploads(store).length} attempts`);
        store.faults = [];
        await server.saved(saving(pngOfSize(1000)));
      });
      store.stop();
    });
  }

  test('silence can be cancelled, and the next save works', async () => {
    const store = await StubStore.start();
    store.faults = [faults.silence];
    await withServer(store.settings(), async (server) => {
      const params = {
        name: 'save_image',
        arguments: saving(pngOfSize(1000)),
        _meta: modernMeta(),
      };
      server.send({ jsonrpc: '2.0', id: 'silent', method: 'tools/call', params });
      await until(() => store.faults.length === 0, 'the upload');
      const requestId = 'silent';
      server.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } });
      await server.saved(saving(pngOfSize(1000)));
    });
    store.stop();
  });
});
