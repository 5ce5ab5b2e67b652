// SPDX-License-Identifier: MIT
// What the server gives up when it starts: seen from outside, and felt where what it opens is
// exchanged under it.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { json } from './harness/commands.mjs';
import { temporaryDirectory } from './harness/directory.mjs';
import { pngOfSize, saving, sha256 } from './harness/images.mjs';
import { withServer } from './harness/server.mjs';

const { findings } = await json({ IMAGE_STORAGE_DIR: temporaryDirectory('images') }, ['doctor']);
const { text: told } = findings.find(({ check }) => check === 'sandbox');
const landlockMissing = !/by Landlock \(version \d+\)/.test(told) && told;

const asking = (path) => ({ path, prompt: 'a cat', model: 'm' });

test('there are no new privileges and no core dumps', () =>
  withServer({ IMAGE_STORAGE_DIR: temporaryDirectory('images') }, async (server) => {
    await server.alive();
    const of = (file) => readFileSync(`/proc/${server.child.pid}/${file}`, 'utf8');
    assert.match(of('status'), /^NoNewPrivs:\s*1$/m);
    assert.match(of('limits'), /^Max core file size\s+0\s+0\s/m);
  }));

test('a store that is not there is made, wherever its links lead', () => {
  const place = temporaryDirectory('place');
  mkdirSync(`${place}/disk`);
  symlinkSync('disk', `${place}/link`);
  return withServer({ IMAGE_STORAGE_DIR: `${place}/link/a/b` }, async (server) => {
    const facts = await server.saved(saving(pngOfSize(1000)));
    assert.ok(facts.url.includes('/a/b/'), facts.url);
    const { structuredContent: list } = await server.call('list_images', {});
    assert.equal(list.count, 1);
  });
});

test('an image is read through a link that was there', () => {
  const place = temporaryDirectory('place');
  const cat = pngOfSize(1000);
  mkdirSync(`${place}/pictures`);
  writeFileSync(`${place}/pictures/cat.png`, cat);
  symlinkSync('pictures', `${place}/link`);
  const settings = {
    IMAGE_STORAGE_DIR: `${place}/store`,
    IMAGE_SOURCE_DIRS: `${place}/missing:${place}/link`,
  };
  return withServer(settings, async (server) => {
    assert.equal((await server.saved(asking(`${place}/link/cat.png`))).sha256, sha256(cat));
    rmSync(`${place}/pictures/cat.png`); // and a file that came later is
    writeFileSync(`${place}/pictures/later.png`, cat);
    assert.equal((await server.saved(asking(`${place}/link/later.png`))).sha256, sha256(cat));
  });
});

test('what takes the place of a directory is not opened', { skip: landlockMissing }, () => {
  const place = temporaryDirectory('place');
  const settings = {
    IMAGE_STORAGE_DIR: `${place}/store`,
    IMAGE_SOURCE_DIRS: `${place}/link:${place}/missing`,
  };
  for (const name of ['pictures', 'elsewhere']) {
    mkdirSync(`${place}/${name}`);
    writeFileSync(`${place}/${name}/cat.png`, pngOfSize(1000));
  }
  symlinkSync('pictures', `${place}/link`);
  return withServer(settings, async (server) => {
    await server.saved(asking(`${place}/link/cat.png`));
    rmSync(`${place}/link`);
    symlinkSync('elsewhere', `${place}/link`);
    renameSync(`${place}/pictures`, `${place}/missing`); // it may be read under its new name
    await server.saved(asking(`${place}/missing/cat.png`));
    const refusal = await server.refused(asking(`${place}/link/cat.png`));
    assert.match(refusal, /IMAGE_SOURCE_DIRS.*restart the server/);
    renameSync(`${place}/store`, `${place}/old`);
    mkdirSync(`${place}/store`);
    assert.match(await server.refused(saving(pngOfSize(2000))), /permission denied.*restart/s);
  });
});
