// SPDX-License-Identifier: MIT
// What stores, and what stands in for them, answer beside the letter of S3: login pages, refusals
// of a part of a request, headers left out, lists in other words. A stub answers; that the real
// servers accept what is sent then is for Ceph to say.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { answerError } from '../servers/faults.mjs';
import { StubStore, listBucketResult } from '../servers/stub_store.mjs';
import { pngOfExactSize, saving } from './harness/images.mjs';
import { fetchAnonymously } from './harness/s3.mjs';
import { withServer } from './harness/server.mjs';
import { Ceph, cephMissing, s3Settings } from './harness/stores.mjs';

// Runs body with a server that uses a stub.
async function withStub(body, more = {}) {
  const store = await StubStore.start();
  try {
    await withServer(store.settings(more), (server) => body(server, store));
  } finally {
    store.stop();
  }
}

// Answers with that; whatever is sent is read first.
const answer = (status, headers, body) => async (request, response) => {
  for await (const part of request) void part;
  response.writeHead(status, headers);
  response.end(request.method === 'HEAD' ? undefined : body);
};
const refusal = (status, code, words) =>
  answer(
    status,
    { 'content-type': 'application/xml' },
    `<Error><Code>${code}</Code><Message>${words}</Message></Error>`,
  );

const uploads = ({ requests }) => requests.filter(({ method }) => method === 'PUT');
const isRecord = ({ url }) => url.endsWith('.json');
const hasMetadata = ({ headers }) => Object.keys(headers).some((n) => n.startsWith('x-amz-meta-'));
const longPrompt = 'a lighthouse '.repeat(400);

async function failure(server, name, args) {
  const result = await server.call(name, args);
  assert.equal(result.isError, true, `${name} was answered: ${result.content[0].text}`);
  return result.content[0].text;
}

describe('a login page in the place of the store', () => {
  const page = answer(
    200,
    { 'content-type': 'text/html' },
    '<!DOCTYPE html><html><head><title>Sign in</title></head></html>',
  );
  const uses = [
    ['save_image', () => saving(pngOfExactSize(1000))],
    ['list_images', () => ({})],
    ['get_image', (key) => ({ name: key })],
    ['delete_image', (key) => ({ name: key })],
  ];
  for (const [name, args] of uses)
    test(`${name} says so, and takes it for no answer`, () =>
      withStub(async (server, store) => {
        const { key } = await server.saved(saving(pngOfExactSize(2000)));
        const stored = store.objects.size;
        store.odd = () => page;
        assert.match(await failure(server, name, args(key)), /not an S3 store.*S3_ENDPOINT/);
        store.odd = () => undefined;
        assert.equal(store.objects.size, stored);
        await server.saved(saving(pngOfExactSize(1000)));
      }));
});

describe('a refusal of a part of a request', () => {
  test('metadata that the store refuses goes into the sidecar, from then on at once', () =>
    withStub(async (server, store) => {
      store.fault = (request) =>
        hasMetadata(request)
          ? refusal(400, 'MetadataTooLarge', 'Your metadata headers exceed the maximum size')
          : undefined;
      const { key } = await server.saved(saving(pngOfExactSize(1000)));
      const refused = uploads(store).filter(hasMetadata).length;
      assert.ok(refused >= 1 && refused <= 2, `${refused} refused uploads`);
      assert.ok(store.objects.has(`/images/${key}.json`), 'no sidecar');
      const image = await server.saved(saving(pngOfExactSize(2000), { prompt: 'another' }));
      assert.equal(uploads(store).filter(hasMetadata).length, refused, 'it was tried again');
      assert.ok(store.objects.has(`/images/${image.key}.json`), 'no sidecar');
      const found = await server.call('get_image', { name: image.key });
      assert.equal(found.structuredContent.metadata.prompt, 'another');
    }));

  test('a bucket with Object Lock gets the digest that it wants, from then on at once', () =>
    withStub(async (server, store) => {
      store.fault = ({ headers }) =>
        headers['content-md5'] || headers['x-amz-checksum-sha256']
          ? undefined
          : refusal(
              400,
              'InvalidRequest',
              'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests ' +
                'with Object Lock parameters',
            );
      await server.saved(saving(pngOfExactSize(1000)));
      await server.saved(saving(pngOfExactSize(2000)));
      const digests = uploads(store).map(({ headers }) => 'content-md5' in headers);
      assert.deepEqual(digests, [false, true, true]);
    }));

  test('S3_ACL is sent with images, signed, and not with sidecars', () =>
    withStub(
      async (server, store) => {
        await server.saved(saving(pngOfExactSize(1000), { prompt: longPrompt }));
        const records = uploads(store).filter(isRecord);
        const images = uploads(store).filter((request) => !isRecord(request));
        assert.ok(records.length === 1 && images.length === 1);
        assert.equal(images[0].headers['x-amz-acl'], 'public-read');
        assert.match(images[0].headers.authorization, /SignedHeaders=[^,]*\bx-amz-acl\b/);
        assert.ok(!('x-amz-acl' in records[0].headers));
      },
      { S3_ACL: 'public-read' },
    ));

  test('a bucket without ACLs is told apart from missing permissions', () =>
    withStub(
      async (server, store) => {
        store.fault = ({ headers }) =>
          'x-amz-acl' in headers
            ? refusal(400, 'AccessControlListNotSupported', 'The bucket does not allow ACLs')
            : undefined;
        assert.match(await server.refused(saving(pngOfExactSize(1000))), /S3_ACL.*unset it/);
      },
      { S3_ACL: 'public-read' },
    ));
});

describe('an answer without Content-Length to HEAD', () => {
  const chunked = async (request, response) => {
    response.writeHead(200, { 'content-type': 'image/png', 'transfer-encoding': 'chunked' });
    response.end();
  };

  test('an image is found, saved again and deleted all the same', () =>
    withStub(async (server, store) => {
      const image = saving(pngOfExactSize(1000));
      const { key } = await server.saved(image);
      store.odd = ({ method }) => (method === 'HEAD' ? chunked : undefined);
      const found = await server.call('get_image', { name: key });
      assert.equal(found.structuredContent.size, 1000);
      assert.equal((await server.saved(image)).key, key);
      const deleted = await server.call('delete_image', { name: key });
      assert.notEqual(deleted.isError, true, deleted.content[0].text);
    }));
});

describe('a list in other words', () => {
  // What is put in the place of what, in a page as S3 words it.
  const dialects = [
    ['as S3 has it', /$^/, ''],
    ['as the first version had it', /<KeyCount>\d+<\/KeyCount>/, '<Marker></Marker>'],
    ['with a namespace prefix', /<(\/?)(?=[A-Z])/g, '<$1s3:'],
    ['with a space for the T and no zone', /(\d)T(\d\d:\d\d:\d\d)[.\d]*Z/g, '$1 $2'],
    ['with blank lines before it', /^/, '\n\n'],
    ['with all roll-ups in one element', /<\/CommonPrefixes><CommonPrefixes>/g, ''],
    ['with encoded keys that are not called so', /(?<=<(?:Key|Prefix)>[^<]*)\//g, '%2F'],
    ['without IsTruncated', /<IsTruncated>false<\/IsTruncated>/, ''],
  ];
  for (const [what, words, others] of dialects)
    test(`${what}: every image is listed with its size`, () =>
      withStub(async (server, store) => {
        store.listing = (page) => listBucketResult(page).replace(words, others);
        const sizes = [1000, 2000, 3000];
        const keys = [];
        for (const size of sizes) keys.push((await server.saved(saving(pngOfExactSize(size)))).key);
        const { structuredContent } = await server.call('list_images', {});
        const listed = structuredContent.images.map(({ key }) => key);
        assert.deepEqual(listed.sort(), keys.sort());
        const bytes = structuredContent.images.map(({ size }) => size);
        assert.deepEqual(bytes.sort((a, b) => a - b), sizes);
      }));

  test('a list that the store refuses in one version is asked for in the other', () =>
    withStub(async (server, store) => {
      const { key } = await server.saved(saving(pngOfExactSize(1000)));
      store.odd = ({ method, url }) =>
        method === 'GET' && url.includes('list-type=2')
          ? (request, response) => answerError(response, 501, 'NotImplemented')
          : undefined;
      const { structuredContent } = await server.call('list_images', {});
      assert.deepEqual(
        structuredContent.images.map((image) => image.key),
        [key],
      );
    }));
});

describe('Ceph', { skip: cephMissing }, () => {
  let ceph;
  before(async () => {
    if (!cephMissing) ceph = await Ceph.start();
  });

  test('S3_ACL makes images public and leaves sidecars private', async () => {
    const bucket = await ceph.bucket();
    await withServer(s3Settings(bucket, { S3_ACL: 'public-read' }), async (server) => {
      const { key } = await server.saved(saving(pngOfExactSize(1000), { prompt: longPrompt }));
      assert.equal((await fetchAnonymously(bucket.url(key))).status, 200);
      assert.equal((await fetchAnonymously(bucket.url(`${key}.json`))).status, 403);
      assert.equal((await bucket.get(`${key}.json`)).status, 200);
    });
  });
});
