// SPDX-License-Identifier: MIT
// The whole way with the official clients: every protocol revision against every store. What the
// server says about its results (outputSchema) is held against what it gives.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { clients } from './harness/clients.mjs';
import { temporaryDirectory } from './harness/directory.mjs';
import { pngOfSize, saving, sha256 } from './harness/images.mjs';
import { Ceph, R2, cephMissing, fetchUrl, s3Settings } from './harness/stores.mjs';

const ajv = addFormats(new Ajv2020({ strict: true, strictRequired: false }));

// Saves an image of about so many bytes through a client; then looks at everything that came back,
// and fetches the image from where it is said to be.
async function saveAndFetch(client, bytes, expected) {
  const { tools } = await client.listTools();
  const tool = tools.find(({ name }) => name === 'save_image');
  const image = pngOfSize(bytes);
  const result = await client.callTool({ name: 'save_image', arguments: saving(image) });
  assert.notEqual(result.isError, true, JSON.stringify(result.content));

  const facts = result.structuredContent;
  if (tool.outputSchema) {
    const valid = ajv.compile(tool.outputSchema);
    assert.ok(valid(facts), ajv.errorsText(valid.errors));
  }
  assert.equal(facts.sha256, sha256(image));
  assert.equal(facts.size, image.length);
  assert.equal(facts.mimeType, 'image/png');
  assert.equal(facts.storageType, expected.storageType);
  assert.equal(facts.deduplicated, false);
  assert.equal('urlExpires' in facts, expected.presigned ?? false);

  const [text] = result.content;
  assert.equal(text.type, 'text');
  assert.ok(text.text.includes(facts.url), text.text);

  const fetched = await fetchUrl(facts.url, expected.ca);
  assert.equal(fetched.status, 200, `${facts.url}: ${fetched.body}`);
  assert.equal(sha256(fetched.body), facts.sha256);
  if (facts.storageType === 's3') {
    assert.equal(fetched.headers['content-type'], 'image/png');
    if (!expected.dropsCacheControl)
      assert.equal(fetched.headers['cache-control'], 'public, max-age=31536000, immutable');
  }
  return result;
}

function everyClient(skip, prepare) {
  for (const [name, run] of clients) {
    test(`${name} saves an image and anybody can fetch it`, { skip }, async () => {
      const { settings, ...expected } = await prepare();
      await run(settings, async (client, negotiated, version) => {
        assert.equal(negotiated, version);
        await saveAndFetch(client, 1000, expected);
        await saveAndFetch(client, 300_000, expected);
      });
    });
  }
}

describe('a local directory', () => {
  everyClient(false, async () => ({
    settings: { IMAGE_STORAGE_DIR: temporaryDirectory('images') },
    storageType: 'local',
  }));
});

describe('Ceph', () => {
  let ceph;
  before(async () => {
    if (!cephMissing) ceph = await Ceph.start();
  });

  // A public bucket behind a "CDN", which is the bucket itself here.
  const behindCdn = async (endpoint, more = {}) => {
    const bucket = await ceph.bucket({ published: true });
    const base = new URL(endpoint);
    if (more.S3_ADDRESSING_STYLE === 'virtual') base.hostname = `${bucket.name}.${base.hostname}`;
    else base.pathname = bucket.name;
    return {
      settings: s3Settings(bucket, { S3_ENDPOINT: endpoint, S3_CDN_URL: base.href, ...more }),
      storageType: 's3',
      ca: ceph.ca,
    };
  };

  describe('over http', () => {
    everyClient(cephMissing, () => behindCdn(ceph.http));
  });

  describe('over https with an authority of its own', () => {
    everyClient(cephMissing, () => behindCdn(ceph.https, { S3_CA_BUNDLE: ceph.caBundle }));
  });

  describe('in virtual-host style over http', () => {
    everyClient(cephMissing, () => behindCdn(ceph.httpVirtual, { S3_ADDRESSING_STYLE: 'virtual' }));
  });

  describe('in virtual-host style over https', () => {
    everyClient(cephMissing, () =>
      behindCdn(ceph.httpsVirtual, {
        S3_ADDRESSING_STYLE: 'virtual',
        S3_CA_BUNDLE: ceph.caBundle,
      }),
    );
  });

  describe('in a private bucket, with presigned URLs', () => {
    everyClient(cephMissing, async () => ({
      settings: s3Settings(await ceph.bucket()),
      storageType: 's3',
      presigned: true,
    }));
  });
});

describe('R2', () => {
  let r2;
  before(async () => {
    r2 = await R2.start(clients.length);
  });
  after(() => r2.stop());

  everyClient(false, async () => ({
    settings: s3Settings(await r2.bucket()),
    storageType: 's3',
    presigned: true,
  }));
});
