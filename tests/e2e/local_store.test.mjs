// SPDX-License-Identifier: MIT
// The local provider and the system under it: who may read what it makes, and limits on files.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { run } from './harness/commands.mjs';
import { temporaryDirectory } from './harness/directory.mjs';
import { pngOfSize, saving } from './harness/images.mjs';
import { Library, daysAgo, on } from './harness/library.mjs';
import { withServer } from './harness/server.mjs';

// Everything in a directory, and itself, with its permissions.
function permissions(directory) {
  const names = ['', ...readdirSync(directory, { recursive: true })];
  return names.map((name) => {
    const stat = statSync(path.join(directory, name));
    return { name, isFile: stat.isFile(), mode: (stat.mode & 0o777).toString(8) };
  });
}

const umask = (mask) => ['sh', '-c', `umask ${mask}; exec "$@"`, 'sh'];
const small = ['sh', '-c', 'ulimit -f 100; exec "$@"', 'sh'];

test('a store that nobody asked to share is for its user alone', async () => {
  const home = temporaryDirectory('home');
  await withServer({ HOME: home }, (server) => server.saved(saving(pngOfSize(600))), umask('022'));
  const all = permissions(path.join(home, '.local'));
  assert.equal(all.filter(({ isFile }) => isFile).length, 2);
  for (const { name, isFile, mode } of all) assert.equal(mode, isFile ? '600' : '700', name);
});

for (const [mask, file, directory] of [
  ['022', '644', '755'],
  ['027', '640', '750'],
]) {
  test(`a store that was asked for follows a umask of ${mask}`, async () => {
    const store = path.join(temporaryDirectory('images'), 'made');
    const save = (server) => server.saved(saving(pngOfSize(600)));
    await withServer({ IMAGE_STORAGE_DIR: store }, save, umask(mask));
    for (const { name, isFile, mode } of permissions(store))
      assert.equal(mode, isFile ? file : directory, name);
  });
}

test('an image beyond the limit on file sizes is refused, and the server lives on', async () => {
  const store = temporaryDirectory('images');
  await withServer(
    { IMAGE_STORAGE_DIR: store },
    async (server) => {
      const text = await server.refused(saving(pngOfSize(200_000)));
      assert.match(text, /larger than the file system or the limits of the process allow/);
      await server.saved(saving(pngOfSize(600)));
    },
    small,
  );
  const files = permissions(store).filter(({ isFile, name }) => isFile && !name.endsWith('.json'));
  assert.equal(files.length, 1, JSON.stringify(files));
});

test('a handle of one directory is refused in another with the same images', async () => {
  const [first, second, state] = ['images', 'images', 'state'].map(temporaryDirectory);
  const image = saving(pngOfSize(600), { timestamp: on(daysAgo(3)) });
  const at = (directory, body) =>
    withServer({ IMAGE_STORAGE_DIR: directory, XDG_STATE_HOME: state }, (server) =>
      body(new Library(server)),
    );
  await at(second, (library) => library.server.saved(image));
  const { confirm } = await at(first, async (library) => {
    await library.server.saved(image);
    return library.call('cleanup_images', { keep_count: 0 });
  });
  assert.ok(confirm.length < 110, confirm);
  await at(second, async (library) => {
    assert.match(await library.refused('cleanup_images', { confirm }), /of this store/);
    assert.equal((await library.list({})).count, 1);
  });
  await at(first, async (library) => {
    assert.equal((await library.call('cleanup_images', { confirm })).deleted, 1);
  });
});

test('what a killed save has left is told, and removed after a day', async () => {
  const store = temporaryDirectory('images');
  const settings = { IMAGE_STORAGE_DIR: store };
  const key = await withServer(settings, async (server) => (await server.saved(saving(pngOfSize(600)))).key);
  const [old, young] = ['0123456789abcdef', 'fedcba9876543210'].map((random) =>
    path.join(store, path.dirname(key), `.tmp-${random}`),
  );
  for (const file of [old, young]) writeFileSync(file, 'half an image');
  const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 3600;
  utimesSync(old, twoDaysAgo, twoDaysAgo);
  assert.match((await run(settings, ['stats'])).stderr, /^2 unfinished files/);
  assert.match((await run(settings, ['doctor'])).stdout, /unfinished files .*\(2 in all\)/);
  assert.equal((await run(settings, ['cleanup', '--keep', '10', '--yes'])).code, 0);
  assert.deepEqual([old, young].map(existsSync), [false, true]);
  assert.ok(existsSync(path.join(store, key)));
});

test('objects that are not images are told of, and stay', async () => {
  const store = temporaryDirectory('images');
  const env = { IMAGE_STORAGE_DIR: store };
  const { key } = await withServer(env, (server) => server.saved(saving(pngOfSize(600))));
  const others = ['generations/notes.txt', path.join(path.dirname(key), 'mine.png')];
  for (const name of others) writeFileSync(path.join(store, name), 'mine');
  await withServer(env, async (server) => {
    const { content, structuredContent } = await server.call('get_statistics', {});
    assert.equal(structuredContent.totalFiles, 1);
    assert.equal(structuredContent.otherObjects, 2);
    assert.match(content[0].text, /Not images of this store, and not counted: 2 objects\./);
  });
  assert.match((await run(env, ['stats'])).stderr, /^2 objects not counted: not images/m);
  assert.match((await run(env, ['doctor'])).stdout, /1 item beside the folders of the images/);
  await run(env, ['cleanup', '--keep', '0', '--yes']);
  for (const name of others) assert.ok(existsSync(path.join(store, name)), name);
});
