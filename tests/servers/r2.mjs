// SPDX-License-Identifier: MIT
// Cloudflare R2's S3 API as Cloudflare's own simulator has it (Miniflare), path style on loopback:
//     node r2.mjs DIR ACCESS_KEY SECRET_KEY BUCKET...
// Prints its endpoint when it answers, and ends when its input ends or on SIGTERM. Objects are kept
// in DIR. Buckets must be named here, because the simulator cannot create them.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [directory, accessKeyId, secretAccessKey, ...buckets] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });

// The simulator offers the API only below a path of its own, where no signature of a real client
// would fit; so its worker is run as an ordinary one, at the root.
const require = createRequire(new URL('../e2e/package.json', import.meta.url));
const { Miniflare } = require('miniflare');
const worker = readFileSync(
  path.join(path.dirname(require.resolve('miniflare')), 'workers/r2/s3/index.worker.js'),
  'utf8',
);
const contents = worker.replace('.basePath(CorePaths.R2_S3)', '');
if (contents === worker) throw new Error('this version of miniflare is built differently');

const each = (value) => Object.fromEntries(buckets.map(value));
const miniflare = new Miniflare({
  host: '127.0.0.1',
  port: 0,
  cf: false,
  r2Persist: path.resolve(directory),
  compatibilityDate: '2026-01-01',
  compatibilityFlags: ['nodejs_compat'],
  modules: [{ type: 'ESModule', path: 'r2.worker.mjs', contents }],
  bindings: {
    MINIFLARE_R2_S3_CREDENTIALS: each((name) => [name, { accessKeyId, secretAccessKey }]),
  },
  r2Buckets: each((name) => [`MINIFLARE_R2_S3_BUCKET_${name}`, name]),
});

const end = () => miniflare.dispose().finally(() => process.exit(0));
process.on('SIGTERM', end);
process.on('SIGINT', end);
process.stdin.on('end', end).resume();
console.log((await miniflare.ready).origin);
