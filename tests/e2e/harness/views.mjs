// SPDX-License-Identifier: MIT
// The same test on every kind of store. A store runs body(server, look, settings): a server that
// keeps images in a new and empty place, a view of that place which does not go through the server,
// and the server's settings. It is started once in a test program.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryDirectory } from './directory.mjs';
import { withServer } from './server.mjs';
import { Ceph, R2, cephMissing, s3Settings } from './stores.mjs';

const isImage = (key) => !key.endsWith('.json');

function directoryView(directory) {
  const keys = async () =>
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(directory, path.join(entry.path, entry.name)))
      .sort();
  return {
    keys,
    images: async () => (await keys()).filter(isImage),
    read: async (key) => readFileSync(path.join(directory, key)),
    async write(key, bytes) {
      mkdirSync(path.join(directory, path.dirname(key)), { recursive: true });
      writeFileSync(path.join(directory, key), bytes);
    },
  };
}

const bucketView = (bucket) => ({
  endpoint: bucket.endpoint,
  keys: () => bucket.keys(),
  images: () => bucket.images(),
  read: async (key) => (await bucket.get(key)).body,
  headers: async (key) => (await bucket.get(key)).headers,
  write: (key, body) => bucket.request('PUT', key, { body }),
});

export const directoryStore = {
  name: 'a directory',
  skip: false,
  urlBase: 'IMAGE_STORAGE_URL',
  start() {},
  stop() {},
  run(body, more = {}) {
    const directory = temporaryDirectory('images');
    const settings = {
      IMAGE_STORAGE_PROVIDER: 'local',
      IMAGE_STORAGE_DIR: directory,
      XDG_STATE_HOME: temporaryDirectory('state'),
      ...more,
    };
    return withServer(settings, (server) => body(server, directoryView(directory), settings));
  },
};

// start: gives what has bucket()
function bucketStore(name, skip, start) {
  let servers;
  return {
    name,
    skip,
    urlBase: 'S3_CDN_URL',
    async start() {
      if (!skip) servers = await start();
    },
    stop: () => servers?.stop?.(),
    async run(body, more = {}) {
      const bucket = await servers.bucket();
      const settings = s3Settings(bucket, more);
      return withServer(settings, (server) => body(server, bucketView(bucket), settings));
    },
  };
}

export const cephStore = bucketStore('a bucket of Ceph', cephMissing, () => Ceph.start());
export const r2Store = bucketStore('a bucket of R2', false, () => R2.start(64));
