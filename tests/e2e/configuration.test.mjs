// SPDX-License-Identifier: MIT
// The environment and the command line: what a person sees before anything is served.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { temporaryDirectory } from './harness/directory.mjs';
import { pngOfSize, saving } from './harness/images.mjs';
import { Server, assertHealthy, withServer } from './harness/server.mjs';

// Runs it to its end, with nothing on its input.
async function run(settings, args = []) {
  const server = new Server(settings, args);
  server.child.stdout.removeAllListeners('data');
  let stdout = '';
  server.child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  server.child.stdin.end();
  const exit = await server.exit();
  assertHealthy(exit.stderr);
  return { ...exit, stdout };
}

test('--help lists every variable', async () => {
  const { code, stdout } = await run({}, ['--help']);
  assert.equal(code, 0);
  const variables = [
    ...[
      'S3_BUCKET',
      'S3_REGION',
      'S3_ACCESS_KEY',
      'S3_SECRET_KEY',
      'S3_SESSION_TOKEN',
      'S3_ENDPOINT',
    ],
    ...['S3_CDN_URL', 'S3_PREFIX', 'S3_ADDRESSING_STYLE', 'S3_ACL', 'S3_ALLOW_HTTP', 'S3_CA_BUNDLE'],
    ...['IMAGE_STORAGE_PROVIDER', 'IMAGE_STORAGE_DIR', 'IMAGE_STORAGE_URL', 'IMAGE_MAX_BYTES'],
    'IMAGE_SOURCE_DIRS',
  ];
  for (const name of variables) assert.match(stdout, new RegExp(`\\b${name}\\b`));
});

test('--help works whatever is configured', async () => {
  const { code } = await run({ S3_ENDPOINT: 'nonsense', IMAGE_MAX_BYTES: 'many' }, ['--help']);
  assert.equal(code, 0);
});

test('--version says which', async () => {
  const { code, stdout } = await run({}, ['--version']);
  assert.equal(code, 0);
  assert.match(stdout, /^image-storage-mcp \d+\.\d+\.\d+\n$/);
});

test('an unknown argument is refused', async () => {
  for (const args of [['--bogus'], ['bogus'], ['--bogus', '--help']]) {
    const { code, stderr, stdout } = await run({}, args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, /bogus/);
    assert.equal(stdout, '');
  }
});

test('all problems are told at once, with the names of the variables', async () => {
  const { code, stderr, stdout } = await run({
    S3_ENDPOINT: 'ftp://example.org',
    S3_ADDRESSING_STYLE: 'sideways',
    S3_CDN_URL: 'not a url',
    S3_PREFIX: '../up',
    S3_ALLOW_HTTP: 'perhaps',
    IMAGE_MAX_BYTES: 'many',
    S3_SECRET_KEY: 'a-secret-of-mine',
  });
  assert.equal(code, 2);
  assert.equal(stdout, '');
  const names = ['S3_ENDPOINT', 'S3_ADDRESSING_STYLE', 'S3_CDN_URL', 'S3_PREFIX', 'S3_ALLOW_HTTP'];
  for (const name of [...names, 'IMAGE_MAX_BYTES', 'S3_BUCKET', 'S3_ACCESS_KEY'])
    assert.match(stderr, new RegExp(name));
  assert.doesNotMatch(stderr, /a-secret-of-mine/);
});

const s3 = {
  S3_ENDPOINT: 'https://s3.example',
  S3_BUCKET: 'images',
  S3_ACCESS_KEY: 'key',
  S3_SECRET_KEY: 'a-secret-of-mine',
};

const problems = [
  ['a provider that does not exist', { IMAGE_STORAGE_PROVIDER: 'tape' }, /IMAGE_STORAGE_PROVIDER/],
  ['a directory that is not absolute', { IMAGE_STORAGE_DIR: 'pictures' }, /IMAGE_STORAGE_DIR/],
  ['a bucket name that no bucket has', { ...s3, S3_BUCKET: 'My Bucket' }, /S3_BUCKET/],
  ['no bucket', { ...s3, S3_BUCKET: '' }, /S3_BUCKET/],
  [
    'plain http to elsewhere',
    { ...s3, S3_ENDPOINT: 'http://s3.example' },
    /S3_ENDPOINT|S3_ALLOW_HTTP/,
  ],
  ['a space in the secret', { ...s3, S3_SECRET_KEY: 'a-secret-of-mine x' }, /S3_SECRET_KEY/],
  [
    'a source directory that is not absolute',
    { IMAGE_SOURCE_DIRS: '/srv/images:pictures' },
    /IMAGE_SOURCE_DIRS.*"pictures"/,
  ],
  ['an image limit of nothing', { IMAGE_MAX_BYTES: '0' }, /IMAGE_MAX_BYTES/],
  ['a CA bundle that is not there', { ...s3, S3_CA_BUNDLE: '/no/such/file.pem' }, /S3_CA_BUNDLE/],
];

for (const [what, settings, says] of problems) {
  test(`${what} is told before anything is served`, async () => {
    const { code, stderr } = await run(settings);
    assert.equal(code, 2, stderr);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /a-secret-of-mine/);
  });
}

test('with nothing configured images are kept in the data directory of the user', async () => {
  const home = temporaryDirectory('home');
  await withServer({ HOME: home }, async (server) => {
    const facts = await server.saved(saving(pngOfSize(500)));
    assert.equal(facts.storageType, 'local');
    assert.match(facts.url, /^file:\/\/\//);
  });
  assert.ok(existsSync(`${home}/.local/share`));
  const data = temporaryDirectory('data');
  await withServer({ HOME: home, XDG_DATA_HOME: data }, (server) =>
    server.saved(saving(pngOfSize(500))),
  );
  assert.notDeepEqual(readdirSync(data), []);
});

test('a variable that a host left unexpanded, or empty, counts as unset', () =>
  withServer(
    { S3_BUCKET: '${S3_BUCKET}', S3_ENDPOINT: '', IMAGE_STORAGE_DIR: temporaryDirectory('images') },
    async (server) => {
      const facts = await server.saved(saving(pngOfSize(500)));
      assert.equal(facts.storageType, 'local');
    },
  ));

test('IMAGE_MAX_BYTES is the limit', () =>
  withServer(
    { IMAGE_STORAGE_DIR: temporaryDirectory('images'), IMAGE_MAX_BYTES: '100000' },
    async (server) => {
      await server.saved(saving(pngOfSize(90_000)));
      for (const size of [110_000, 1_000_000])
        assert.match(await server.refused(saving(pngOfSize(size))), /100000|IMAGE_MAX_BYTES|large/);
      await server.alive();
    },
  ));

test('a directory that cannot be written to is explained', async () => {
  await withServer({ IMAGE_STORAGE_DIR: '/proc/no/such/place' }, async (server) => {
    assert.match(await server.refused(saving(pngOfSize(500))), /IMAGE_STORAGE_DIR|\/proc\/no/);
  });
});

test('--help shows no values', async () => {
  const { stdout } = await run(s3, ['--help']);
  assert.doesNotMatch(stdout, /a-secret-of-mine/);
});
