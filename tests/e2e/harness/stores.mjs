// SPDX-License-Identifier: MIT
// The places that images are kept in: a directory, Ceph, R2. Each test program starts what it needs
// and stops it. A server that is not installed is a reason to skip; one that does not start is not.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { within } from './deadline.mjs';
import { temporaryDirectory } from './directory.mjs';
import { Bucket, fetchAnonymously } from './s3.mjs';

const servers = fileURLToPath(new URL('../../servers/', import.meta.url));
const script = `${servers}ceph.sh`;
const run = promisify(execFile);

export const ACCESS_KEY = 'test-access-key';
export const SECRET_KEY = 'test-secret-key';

// Why tests with Ceph cannot run here; false when they can.
export const cephMissing = (() => {
  const what = execFileSync('bash', [script, 'missing'], { encoding: 'utf8' }).trim();
  return what ? `Ceph: ${what}` : false;
})();

export class Ceph {
  #buckets = 0;

  static async start() {
    const ceph = new Ceph();
    ceph.directory = temporaryDirectory('ceph');
    // first, because the directory knows what to stop
    process.prependListener('exit', () => execFileSync('bash', [script, 'stop', ceph.directory]));
    const env = { ...process.env, CEPH_ACCESS_KEY: ACCESS_KEY, CEPH_SECRET_KEY: SECRET_KEY };
    await run('bash', [script, 'start', ceph.directory], { env });
    const lines = readFileSync(`${ceph.directory}/endpoints`, 'utf8').trim().split('\n');
    const endpoints = Object.fromEntries(lines.map((line) => line.split('=')));
    ceph.http = endpoints.CEPH_HTTP;
    ceph.https = endpoints.CEPH_HTTPS;
    ceph.httpVirtual = endpoints.CEPH_HTTP_VIRTUAL;
    ceph.httpsVirtual = endpoints.CEPH_HTTPS_VIRTUAL;
    ceph.caBundle = endpoints.CEPH_CA_BUNDLE;
    ceph.ca = readFileSync(ceph.caBundle);
    return ceph;
  }

  killGateway() {
    return run('bash', [script, 'kill-gateway', this.directory]);
  }

  // clock: how far its clock is off, "+2h".
  startGateway(clock = '') {
    const env = { ...process.env, CEPH_CLOCK: clock };
    return run('bash', [script, 'start-gateway', this.directory], { env });
  }

  // A new, empty bucket; with `published`, anybody may fetch from it.
  async bucket({ published = false } = {}) {
    const name = `images-${++this.#buckets}`;
    const keys = { accessKey: ACCESS_KEY, secretKey: SECRET_KEY };
    const bucket = new Bucket({ endpoint: this.http, name, ...keys });
    await bucket.create();
    if (published) await bucket.publish();
    return bucket;
  }
}

// What the program needs in its environment to use a bucket.
export const s3Settings = (bucket, more = {}) => ({
  S3_ENDPOINT: bucket.endpoint,
  S3_BUCKET: bucket.name,
  S3_ACCESS_KEY: bucket.accessKey,
  S3_SECRET_KEY: bucket.secretKey,
  S3_REGION: bucket.region,
  S3_ADDRESSING_STYLE: 'path',
  ...more,
});

export class R2 {
  #buckets;

  static async start(buckets = 8) {
    const r2 = new R2();
    r2.#buckets = Array.from({ length: buckets }, (_, i) => `images-${i}`);
    const args = [
      `${servers}r2.mjs`,
      temporaryDirectory('r2'),
      ACCESS_KEY,
      SECRET_KEY,
      ...r2.#buckets,
    ];
    r2.child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const line = once(createInterface({ input: r2.child.stdout }), 'line');
    const end = once(r2.child, 'exit').then(([code]) => {
      throw new Error(`the R2 simulator has ended: ${code}`);
    });
    end.catch(() => {});
    [r2.http] = await within(Promise.race([line, end]), 'the R2 simulator');
    return r2;
  }

  // One of its empty buckets.
  async bucket() {
    const keys = { accessKey: ACCESS_KEY, secretKey: SECRET_KEY, region: 'auto' };
    return new Bucket({ endpoint: this.http, name: this.#buckets.pop(), ...keys });
  }

  async stop() {
    const gone = once(this.child, 'exit');
    this.child.stdin.end();
    await within(gone, 'the end of the R2 simulator');
  }
}

// What a URL leads to, as anybody sees it.
export async function fetchUrl(url, ca) {
  if (url.startsWith('file:'))
    return { status: 200, headers: {}, body: await readFile(new URL(url)) };
  return fetchAnonymously(url, ca);
}
