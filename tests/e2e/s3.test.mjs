// SPDX-License-Identifier: MIT
// Between the program and a real store: what a person can set wrong, each answered with a sentence
// that names the variable; where keys may come from; proxies.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { ForwardProxy } from '../servers/proxies.mjs';
import { temporaryDirectory } from './harness/directory.mjs';
import { pngOfSize, saving } from './harness/images.mjs';
import { withServer } from './harness/server.mjs';
import { ACCESS_KEY, Ceph, R2, SECRET_KEY, cephMissing, s3Settings } from './harness/stores.mjs';

const WRONG_SECRET = 'not-the-secret-at-all-but-still-one';

// Saves with these settings, which must fail with a sentence that matches; and nothing that was
// said anywhere holds a secret.
async function assertExplained(settings, says) {
  const secrets = [SECRET_KEY, WRONG_SECRET];
  await withServer(settings, async (server) => {
    for (const size of [1000, 300_000]) {
      const text = await server.refused(saving(pngOfSize(size)));
      assert.match(text, says);
      assert.ok(text.length < 700, text);
    }
    const everything = JSON.stringify(server.messages) + server.stderr;
    for (const secret of secrets) assert.ok(!everything.includes(secret), 'a secret was told');
    await server.alive();
  });
}

const asStranger = {
  S3_ACCESS_KEY: `stranger-${ACCESS_KEY}`,
  S3_SECRET_KEY: `stranger-${SECRET_KEY}`,
};

const mistakes = [
  ['a wrong secret', { S3_SECRET_KEY: WRONG_SECRET }, /S3_SECRET_KEY/],
  ['an unknown access key', { S3_ACCESS_KEY: 'nobody' }, /S3_ACCESS_KEY/],
  ['a bucket that is not there', { S3_BUCKET: 'no-such-bucket' }, /S3_BUCKET/],
];

describe('Ceph', () => {
  let ceph;
  before(async () => {
    if (!cephMissing) ceph = await Ceph.start();
  });
  const explains = (what, change, says) =>
    test(`${what} is explained`, { skip: cephMissing }, async () =>
      assertExplained(s3Settings(await ceph.bucket(), change(ceph)), says),
    );

  for (const [what, change, says] of mistakes) explains(what, () => change, says);
  explains('a key without permission', () => asStranger, /S3_ACCESS_KEY|permission/);
  explains('an authority that nobody trusts', (c) => ({ S3_ENDPOINT: c.https }), /S3_CA_BUNDLE/);
  explains(
    'https on a port for http',
    (c) => ({ S3_ENDPOINT: c.http.replace('http:', 'https:') }),
    /S3_ENDPOINT|TLS/,
  );
  explains(
    'a host that does not exist',
    () => ({ S3_ENDPOINT: 'https://s3.invalid' }),
    /S3_ENDPOINT/,
  );

  test('a store that does not run is explained', { skip: cephMissing }, async () => {
    const proxy = await ForwardProxy.start();
    proxy.stop(); // its port is free now
    await assertExplained(
      s3Settings(await ceph.bucket(), { S3_ENDPOINT: proxy.url }),
      /S3_ENDPOINT/,
    );
  });

  const withoutKeys = async (more) => {
    const { S3_ACCESS_KEY, S3_SECRET_KEY, ...rest } = s3Settings(await ceph.bucket());
    assert.ok(S3_ACCESS_KEY && S3_SECRET_KEY);
    return { ...rest, ...more };
  };
  const saves = (settings) =>
    withServer(settings, (server) => server.saved(saving(pngOfSize(1000))));

  test('keys may come from the AWS variables', { skip: cephMissing }, async () =>
    saves(await withoutKeys({ AWS_ACCESS_KEY_ID: ACCESS_KEY, AWS_SECRET_ACCESS_KEY: SECRET_KEY })),
  );

  test(
    'keys may come from the shared credentials file, by profile',
    { skip: cephMissing },
    async () => {
      const home = temporaryDirectory('home');
      mkdirSync(`${home}/.aws`);
      const file = `${home}/.aws/credentials`;
      const keys = `aws_access_key_id = ${ACCESS_KEY}\naws_secret_access_key=${SECRET_KEY}\n`;
      writeFileSync(
        file,
        `# two\n[default]\naws_access_key_id = x\naws_secret_access_key = y\n\n[images]\n${keys}`,
      );
      await saves(await withoutKeys({ HOME: home, AWS_PROFILE: 'images' }));
      await saves(await withoutKeys({ AWS_SHARED_CREDENTIALS_FILE: file, AWS_PROFILE: 'images' }));
    },
  );

  test('proxy variables are honoured, for http and for https', { skip: cephMissing }, async () => {
    const proxy = await ForwardProxy.start();
    const proxied = { http_proxy: proxy.url, https_proxy: proxy.url };
    const bucket = await ceph.bucket();
    await saves(s3Settings(bucket, proxied));
    assert.ok(proxy.seen.includes(`PUT ${ceph.http}`), proxy.seen.join());
    const tls = { S3_ENDPOINT: ceph.https, S3_CA_BUNDLE: ceph.caBundle };
    await saves(s3Settings(bucket, { ...proxied, ...tls }));
    assert.ok(proxy.seen.includes(`CONNECT ${new URL(ceph.https).host}`), proxy.seen.join());
    const before_ = proxy.seen.length;
    await saves(s3Settings(bucket, { ...proxied, no_proxy: '127.0.0.1' }));
    assert.equal(proxy.seen.length, before_);
    proxy.stop();
  });
});

describe('R2', () => {
  let r2;
  before(async () => {
    r2 = await R2.start();
  });
  after(() => r2.stop());
  for (const [what, change, says] of mistakes)
    test(`${what} is explained`, async () =>
      assertExplained(s3Settings(await r2.bucket(), change), says));

  test('the region may be left out', async () => {
    const { S3_REGION, ...settings } = s3Settings(await r2.bucket());
    assert.equal(S3_REGION, 'auto');
    await withServer(settings, (server) => server.saved(saving(pngOfSize(1000))));
  });
});
