// SPDX-License-Identifier: MIT
// HTTP/2, which R2 and what stands in front of many stores offer: requests share a connection, and
// the end of one is not the end of the others.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Http2Proxy } from '../servers/proxies.mjs';
import { until } from './harness/deadline.mjs';
import { temporaryDirectory } from './harness/directory.mjs';
import { pngOfSize, saving, sha256 } from './harness/images.mjs';
import { modernMeta, withServer } from './harness/server.mjs';
import { R2, s3Settings } from './harness/stores.mjs';

const certificate = fileURLToPath(new URL('../servers/certificate.sh', import.meta.url));

describe('a store that speaks HTTP/2', () => {
  const directory = temporaryDirectory('tls');
  let r2;

  before(async () => {
    execFileSync('bash', [certificate, directory]);
    r2 = await R2.start();
  });
  after(() => r2.stop());

  // Runs body with a server whose store is a bucket behind a proxy.
  async function withHttp2(body) {
    const bucket = await r2.bucket();
    const proxy = await Http2Proxy.start(bucket.endpoint, {
      key: readFileSync(`${directory}/server-key.pem`),
      cert: readFileSync(`${directory}/server.pem`),
    });
    const settings = { S3_ENDPOINT: proxy.url, S3_CA_BUNDLE: `${directory}/ca.pem` };
    try {
      await withServer(s3Settings(bucket, settings), (server) => body(server, proxy, bucket));
    } finally {
      proxy.stop();
    }
  }

  test('images of all sizes are saved side by side, whole', () =>
    withHttp2(async (server, proxy, bucket) => {
      const images = [100, 70_000, 300_000, 1_000_000, 10_000_000].map((size) => pngOfSize(size));
      await server.saved(saving(pngOfSize(200)));
      assert.equal(proxy.connections, 1);
      const all = await Promise.all(images.map((image) => server.saved(saving(image))));
      assert.ok(proxy.connections <= 2, `${proxy.connections} connections`);
      for (const [i, { key }] of all.entries())
        assert.equal(sha256((await bucket.get(key)).body), sha256(images[i]));
      const again = await Promise.all(images.map((image) => server.saved(saving(image))));
      assert.ok(again.every(({ deduplicated }) => deduplicated));
    }));

  test('images are listed, looked at and deleted', () =>
    withHttp2(async (server, proxy, bucket) => {
      const prompt = 'Ein Leuchtturm '.repeat(300);
      const { key, sha256: hash } = await server.saved(saving(pngOfSize(5000), { prompt }));
      const listed = await server.call('list_images', { query: 'leuchtturm' });
      assert.deepEqual(
        listed.structuredContent.images.map((image) => image.key),
        [key],
      );
      const got = await server.call('get_image', { name: key, include_data: true });
      const { data } = got.content.find(({ type }) => type === 'image');
      assert.equal(sha256(Buffer.from(data, 'base64')), hash);
      await server.call('delete_image', { name: key });
      assert.deepEqual(await bucket.keys(), []);
    }));

  test('a cancelled upload does not disturb the others', () =>
    withHttp2(async (server, proxy) => {
      await server.saved(saving(pngOfSize(200)));
      proxy.stall();
      const params = {
        name: 'save_image',
        arguments: saving(pngOfSize(3_000_000)),
        _meta: modernMeta(),
      };
      server.send({ jsonrpc: '2.0', id: 'gone', method: 'tools/call', params });
      await until(() => proxy.waiting === 1, 'the upload');
      proxy.release();
      await server.saved(saving(pngOfSize(400_000)));
      const requestId = 'gone';
      server.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } });
      // libcurl tells the store with the next thing that it sends
      await server.saved(saving(pngOfSize(500_000)));
      await until(() => proxy.waiting === 0, 'the end of the upload');
      assert.deepEqual(server.unanswered(), ['"gone"']);
    }));
});
