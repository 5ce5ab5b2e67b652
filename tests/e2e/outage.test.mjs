// SPDX-License-Identifier: MIT
// The object gateway is killed while saves are under way, and comes back. Whatever was acknowledged
// is there, with the right bytes, and nothing is there twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from './harness/deadline.mjs';
import { pngOfSize, saving, sha256 } from './harness/images.mjs';
import { withServer } from './harness/server.mjs';
import { Ceph, cephMissing, s3Settings } from './harness/stores.mjs';

async function saveDuringOutage(count, size, seconds) {
  // a fresh one each time: it remembers a gateway that was killed for half a minute
  const ceph = await Ceph.start();
  const bucket = await ceph.bucket();
  const images = Array.from({ length: count }, () => pngOfSize(size));
  let done = 0;
  const results = await withServer(s3Settings(bucket), async (server) => {
    const saves = images.map((image) => server.save(saving(image)).finally(() => done++));
    await until(() => done >= 3, 'the first saves');
    await ceph.killGateway();
    await delay(seconds * 1000);
    await ceph.startGateway();
    await server.saved(saving(pngOfSize(size), { model: 'afterwards' }));
    return Promise.all(saves);
  });

  const stored = new Map();
  for (const key of (await bucket.images()).filter((each) => !each.includes('/afterwards/'))) {
    const hash = sha256((await bucket.get(key)).body);
    assert.ok(!stored.has(hash), `${key} and ${stored.get(hash)} are the same image`);
    stored.set(hash, key);
  }
  const acknowledged = results.filter(({ isError }) => !isError);
  for (const { structuredContent } of acknowledged)
    assert.equal(stored.get(structuredContent.sha256), structuredContent.key);
  for (const { content } of results.filter(({ isError }) => isError))
    assert.match(content[0].text, /S3_ENDPOINT|again/);
  const known = new Set(images.map(sha256));
  for (const hash of stored.keys()) assert.ok(known.has(hash), 'bytes that nobody sent');
  assert.ok(acknowledged.length >= 3);
}

for (const seconds of [0, 2])
  test(`out for ${seconds} seconds: nothing acknowledged is missing`, { skip: cephMissing }, () =>
    saveDuringOutage(40, 400_000, seconds),
  );
