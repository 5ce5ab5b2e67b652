// SPDX-License-Identifier: MIT
// The provider conformance program against real S3 servers (against a directory it runs with the
// unit tests). Each of its cases is a test here.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { testCases } from '../tap.mjs';
import { PROGRAM, assertHealthy, environment } from './harness/server.mjs';
import { Ceph, R2, cephMissing, s3Settings } from './harness/stores.mjs';

const conformance = path.join(path.dirname(PROGRAM), 'tests/provider_conformance');

async function prove(t, settings) {
  const env = { ...environment(settings), CMOCKA_MESSAGE_OUTPUT: 'TAP' };
  const child = spawn(conformance, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  assertHealthy(output);
  const cases = testCases(output);
  for (const { name, outcome, reason } of cases)
    await t.test(name, { skip: reason || false }, () => assert.equal(outcome, 'passed', output));
  assert.ok(code === 0 && cases.length > 0, output);
}

let ceph;
let r2;
before(async () => {
  if (!cephMissing) ceph = await Ceph.start();
  r2 = await R2.start();
});
after(() => r2.stop());

test('Ceph', { skip: cephMissing }, async (t) => prove(t, s3Settings(await ceph.bucket())));

test('Ceph in virtual-host style over https', { skip: cephMissing }, async (t) =>
  prove(
    t,
    s3Settings(await ceph.bucket(), {
      S3_ENDPOINT: ceph.httpsVirtual,
      S3_ADDRESSING_STYLE: 'virtual',
      S3_CA_BUNDLE: ceph.caBundle,
    }),
  ),
);

test('R2', async (t) => prove(t, s3Settings(await r2.bucket())));
