// SPDX-License-Identifier: MIT
// The commands as somebody at a terminal sees them: tables, questions, progress, Ctrl-C.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { silence } from '../servers/faults.mjs';
import { FaultProxy } from '../servers/proxies.mjs';
import { StubStore } from '../servers/stub_store.mjs';
import { Running, json, printed, run, screen, start, terminal } from './harness/commands.mjs';
import { until } from './harness/deadline.mjs';
import { temporaryDirectory } from './harness/directory.mjs';
import { pngOfSize } from './harness/images.mjs';
import { PROGRAM, environment } from './harness/server.mjs';
import { cephStore } from './harness/views.mjs';

const CTRL_C = '\x03';
const newStore = () => ({ IMAGE_STORAGE_DIR: temporaryDirectory('images') });

function imageFiles(count, size = 600) {
  const directory = temporaryDirectory('files');
  return Array.from({ length: count }, (_, i) => {
    const file = path.join(directory, `${i}.png`);
    writeFileSync(file, pngOfSize(size));
    return file;
  });
}

// A store that takes small images, and never answers when it is given a larger one.
async function withHalfAStore(body) {
  const store = await StubStore.start();
  store.fault = ({ headers }) => (Number(headers['content-length']) > 2000 ? silence : undefined);
  try {
    await body(store);
  } finally {
    store.stop();
  }
}

const save = async (settings, file, ...options) =>
  (await json(settings, ['save', file, ...options])).files[0].image;

const keys = async (settings) =>
  (await json(settings, ['list', '--limit', '1000'])).images.map(({ key }) => key);

// The columns of a terminal that a text takes, as far as these tests need it.
const wide = /[\u3000-\u9fff\uac00-\ud7a3\u{1f300}-\u{1faff}]/u;
const columns = (text) => [...text].reduce((sum, c) => sum + (wide.test(c) ? 2 : 1), 0);

test('save shows what became of the image', async () => {
  const [file] = imageFiles(1);
  const running = terminal(newStore(), ['save', file]);
  const { code, stdout } = await running.end();
  assert.equal(code, 0);
  const text = screen(stdout).join(' ');
  assert.match(text, /saved \(PNG, \d+x\d+, \d+ B\)/);
  assert.match(text, /file:\/\/\S+\.png/);
});

for (const width of [40, 80, 120]) {
  test(`a table fits a terminal of ${width} columns, whatever stands in it`, async () => {
    const settings = newStore();
    const prompts = [
      '富士山の夕焼け、油絵、とても長い説明が続きます、夏の終わりの静かな湖のほとりで',
      'emoji 🗻🗼🌅 '.repeat(10),
      'controls \x1b[2J\x1b]0;title\x07 \x9b31m \u202Egnp.exe',
      'x'.repeat(500),
    ];
    const models = ['m', 'a-model-with-a-very-long-name-that-goes-on-and-on-for-ever', 'x', 'y'];
    for (const [i, file] of imageFiles(4).entries())
      await save(settings, file, '--prompt', prompts[i], '--model', models[i]);
    for (const options of [[], ['--prompts']]) {
      const { stdout } = await terminal(settings, ['list', ...options], width).end();
      assert.doesNotMatch(stdout.replace(/\x1b\[[0-9;]*m/g, ''), /[\x1b\x07\x9b\u202e]/);
      const shown = screen(stdout).filter(Boolean);
      assert.equal(shown.length, 5, stdout);
      for (const line of shown) assert.ok(columns(line) <= width, `${columns(line)}: ${line}`);
      for (const key of await keys(settings)) assert.ok(stdout.includes(path.basename(key)));
    }
  });

  test(`bars fill a terminal of ${width} columns and no more`, async () => {
    const settings = newStore();
    for (const [i, file] of imageFiles(5).entries()) {
      const model = i < 3 ? 'often' : 'a-rather-long-model-name';
      await save(settings, file, '--model', model, '--timestamp', `2024-0${i + 1}-01`);
    }
    const { stdout } = await terminal(settings, ['stats'], width).end();
    const bars = screen(stdout).filter((line) => line.includes('█'));
    assert.equal(bars.length, 2 + 5);
    for (const line of bars) assert.ok(columns(line) <= width, line);
    assert.ok(Math.max(...bars.map(columns)) >= Math.min(width, 80) - 12, stdout);
  });
}

test('many days become months, and many months years', async () => {
  const directory = temporaryDirectory('images');
  const settings = { IMAGE_STORAGE_DIR: directory };
  const fill = (first, count, days) =>
    Array.from({ length: count }, (_, i) => {
      const day = new Date(first + i * days * 86_400_000).toISOString().slice(0, 10);
      execFileSync('mkdir', ['-p', `${directory}/generations/${day}/m`]);
      writeFileSync(`${directory}/generations/${day}/m/0123456789ab_4x4.png`, 'x');
    });
  const rows = async () => {
    const { stdout } = await terminal(settings, ['stats']).end();
    return screen(stdout.slice(stdout.indexOf('(UTC)'))).slice(1).filter(Boolean);
  };
  fill(Date.UTC(2024, 0, 1), 31, 1);
  assert.equal((await rows()).length, 31);
  fill(Date.UTC(2024, 1, 1), 1, 1);
  assert.deepEqual((await rows()).map((row) => row.slice(0, 9)), ['2024-02  ', '2024-01  ']);
  fill(Date.UTC(2021, 0, 15), 48, 30);
  const years = (await rows()).map((row) => row.slice(0, 6));
  assert.deepEqual(years, ['2024  ', '2023  ', '2022  ', '2021  ']);
});

test('NO_COLOR, and a dumb terminal, get no colours', async () => {
  const settings = newStore();
  await save(settings, imageFiles(1)[0]);
  const coloured = await terminal(settings, ['list']).end();
  assert.match(coloured.stdout, /\x1b\[1m/);
  for (const more of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    const { stdout } = await terminal({ ...settings, ...more }, ['list']).end();
    assert.doesNotMatch(stdout, /\x1b/);
  }
});

test('a terminal without Unicode gets none of ours', async () => {
  const settings = { ...newStore(), LC_ALL: 'C' };
  await save(settings, imageFiles(1)[0]);
  const { stdout } = await terminal(settings, ['stats'], 60).end();
  assert.match(stdout, /#####/);
  assert.match(stdout, /^[\x00-\x7f]*$/);
});

const questions = [
  ['delete', async (settings) => ['delete', ...(await keys(settings))]],
  ['cleanup', () => ['cleanup', '--keep', '0']],
];

for (const [name, line] of questions) {
  test(`${name} shows what it would delete, and takes no for an answer`, async () => {
    const settings = newStore();
    for (const file of imageFiles(2)) await save(settings, file);
    const before_ = await keys(settings);
    for (const answer of ['n\n', '\n', 'yesno\n', '\x04']) {
      const running = terminal(settings, await line(settings));
      await running.shows('Delete 2 images for good? [y/N] ');
      for (const key of before_) assert.ok(running.stdout.includes(path.basename(key)));
      running.type(answer);
      const { code, stdout } = await running.end();
      assert.equal(code, 4, stdout);
      assert.match(stdout, /Nothing was deleted/);
    }
    assert.deepEqual(await keys(settings), before_);
  });

  test(`${name} does what was answered with yes`, async () => {
    const settings = newStore();
    for (const file of imageFiles(2)) await save(settings, file);
    const running = terminal(settings, await line(settings));
    await running.shows('[y/N] ');
    running.type('y\n');
    const { code, stdout } = await running.end();
    assert.equal(code, 0, stdout);
    assert.match(stdout, /eleted/);
    assert.deepEqual(await keys(settings), []);
  });

  test(`Ctrl-C at the question of ${name} ends it`, async () => {
    const settings = newStore();
    for (const file of imageFiles(2)) await save(settings, file);
    const running = terminal(settings, await line(settings));
    await running.shows('[y/N] ');
    running.type(CTRL_C);
    const { code } = await running.end();
    assert.equal(code, 130);
    assert.equal((await keys(settings)).length, 2);
  });
}

test('what was saved after the plan survives a yes', async () => {
  const settings = newStore();
  const [old, young] = imageFiles(2);
  await save(settings, old);
  const running = terminal(settings, ['cleanup', '--keep', '0']);
  await running.shows('[y/N] ');
  const { key } = await save(settings, young);
  running.type('y\n');
  const { code, stdout } = await running.end();
  assert.equal(code, 0, stdout);
  assert.deepEqual(await keys(settings), [key]);
});

test('when the plan does not hold any more, a yes deletes nothing', async () => {
  const settings = newStore();
  for (const file of imageFiles(3)) await save(settings, file);
  const running = terminal(settings, ['cleanup', '--keep', '0']);
  await running.shows('[y/N] ');
  const [gone, ...left] = await keys(settings);
  await printed(settings, ['delete', '--yes', gone]);
  running.type('y\n');
  const { code, stdout } = await running.end();
  assert.equal(code, 1);
  assert.match(screen(stdout).join(' '), /nothing was deleted/);
  assert.deepEqual(await keys(settings), left);
});

test('with no command it says on a terminal what it waits for', async () => {
  const running = terminal(newStore(), []);
  await running.shows('--help');
  assert.match(running.stdout, /MCP/);
  running.type('\x04');
  assert.equal((await running.end()).code, 0);
});

test('an image is not printed on a terminal', async () => {
  const settings = newStore();
  const { key } = await save(settings, imageFiles(1)[0]);
  const { code, stdout } = await terminal(settings, ['show', key, '--output', '-']).end();
  assert.equal(code, 2);
  assert.doesNotMatch(stdout, /PNG\r/);
});

// A command whose reader goes away.
const shell = (settings, script) =>
  spawnSync('bash', ['-c', script, 'bash', PROGRAM], {
    env: environment(settings),
    encoding: 'utf8',
  });

test('a closed pipe ends it without a word', async () => {
  const directory = temporaryDirectory('images');
  const day = `${directory}/generations/2024-03-01/m`;
  execFileSync('mkdir', ['-p', day]);
  for (let i = 0; i < 1000; i++)
    writeFileSync(`${day}/${String(i).padStart(12, '0')}_4x4.png`, 'x');
  const settings = { IMAGE_STORAGE_DIR: directory };
  const script = '"$1" list -n 1000 | head -n 1; echo "${PIPESTATUS[0]}"';
  const { stdout, stderr } = shell(settings, script);
  assert.equal(stderr, '');
  assert.match(stdout, /^\S+\t\d+\t\S+\n141\n$/);
});

test('a full disk is no success', () => {
  const { status, stderr } = shell(newStore(), '"$1" help >/dev/full');
  assert.equal(status, 1);
  assert.match(stderr, /No space left/);
});

test('Ctrl-C while many are saved leaves the saved ones, and says how many', () =>
  withHalfAStore(async (store) => {
    const running = terminal(store.settings(), ['save', ...imageFiles(3), ...imageFiles(17, 5000)]);
    await until(() => running.stdout.match(/saved \(PNG/g)?.length === 3, 'three images');
    running.type(CTRL_C);
    const { code, stdout } = await running.end();
    assert.equal(code, 130, stdout);
    assert.match(screen(stdout).join(' '), /Interrupted: 3 of 20 saved/);
    assert.equal(stdout.match(/saved \(PNG/g).length, 3);
    assert.equal(store.objects.size, 3);
  }));

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  test(`${signal} is an interruption too, and who started it sees it`, () =>
    withHalfAStore(async (store) => {
      const all = [...imageFiles(1), ...imageFiles(12, 5000)];
      const running = start(store.settings(), ['save', '--json', ...all]);
      await until(() => store.requests.length > 8, 'what comes after the first answer');
      running.child.kill(signal);
      const end = await running.end();
      assert.equal(end.signal, signal);
      assert.match(end.stderr, /Interrupted: 1 of 13 saved/);
      const { saved, failed, files } = JSON.parse(end.stdout);
      assert.deepEqual([saved, failed, files.length], [1, 0, 13]);
      assert.equal(files.filter(({ image }) => image).length, 1);
      assert.equal(store.objects.size, 1);
    }));
}

test('Ctrl-C again ends it, whatever is under way', async () => {
  const directory = temporaryDirectory('fifo');
  execFileSync('mkfifo', [`${directory}/never-written`]);
  const running = start(newStore(), ['save', `${directory}/never-written`]);
  const gone = () => running.child.signalCode;
  await until(() => gone() || (running.child.kill('SIGINT'), false), 'its end');
  assert.equal((await running.end()).signal, 'SIGINT');
});

test('what was started to ignore hang-ups ignores them', async () => {
  const store = await StubStore.start();
  try {
    store.stall();
    const script = 'trap "" HUP; exec "$0" save "$1"';
    const args = ['-c', script, PROGRAM, imageFiles(1)[0]];
    const running = new Running('bash', args, store.settings());
    await until(() => store.waiting === 1, 'the upload');
    running.child.kill('SIGHUP');
    store.release();
    const { code, stdout } = await running.end();
    assert.equal(code, 0);
    assert.match(stdout, /^http\S+\n$/);
  } finally {
    store.stop();
  }
});

test('progress is for terminals', async () => {
  const store = await StubStore.start();
  try {
    store.throttle(1_000_000);
    const directory = temporaryDirectory('files');
    const file = path.join(directory, 'large.png');
    writeFileSync(file, pngOfSize(1_500_000));
    const { stdout } = await terminal(store.settings(), ['save', file], 60).end();
    assert.match(stdout, /saving [^\r]*\d+%/);
    for (const line of stdout.split(/\r\x1b\[K/).filter((each) => each.startsWith('saving')))
      assert.ok(columns(line.split('\r')[0].replace(/\x1b\[[0-9;]*m/g, '')) < 60, line);
    store.objects.clear();
    const piped = await run(store.settings(), ['save', file]);
    assert.equal(piped.stderr, '');
  } finally {
    store.stop();
  }
});

// Runs body with images of these names, in a bucket behind a proxy that lets `passing` deletions
// through and holds all others up.
async function withHeldDeletions(count, passing, body) {
  const proxy = await FaultProxy.start();
  const all = Array.from(
    { length: count },
    (_, i) => `generations/2024-03-01/m/${String(i).padStart(12, '0')}_4x4.png`,
  );
  let deletions = 0;
  const isDeletion = ({ method }) => method === 'POST' || method === 'DELETE';
  try {
    await cephStore.run(
      async (server, view, settings) => {
        proxy.target = view.endpoint;
        for (let i = 0; i < all.length; i += 50)
          await Promise.all(all.slice(i, i + 50).map((key) => view.write(key, 'x')));
        proxy.latency = (request) =>
          isDeletion(request) && ++deletions > passing ? 3_600_000 : 0;
        await body(settings, proxy, view, all);
      },
      { S3_ENDPOINT: proxy.url },
    );
  } finally {
    proxy.stop();
  }
}

describe('deleting a lot', () => {
  before(() => cephStore.start());
  after(() => cephStore.stop());
  const { skip } = cephStore;

  test('Ctrl-C in a clean-up says how far it came, and the rest is there', { skip }, () =>
    withHeldDeletions(4001, 1, async (settings, proxy, view) => {
      const running = terminal(settings, ['cleanup', '--keep', '0', '--yes']);
      // four batches are under way at once; which of them is let through is their affair
      await until(async () => proxy.waiting >= 3 && (await view.keys()).length === 3001, 'a batch');
      running.type(CTRL_C);
      const { code, stdout } = await running.end();
      assert.equal(code, 130, stdout);
      assert.match(stdout, /Deleted 1,000 images of 4,001 /);
      assert.match(screen(stdout).join(' '), /interrupted; images that were being deleted/);
      assert.equal((await view.keys()).length, 3001);
    }));

  test('Ctrl-C while many are deleted says how many, and the rest is there', { skip }, () =>
    withHeldDeletions(12, 1, async (settings, proxy, view, all) => {
      const running = terminal(settings, ['delete', '--yes', ...all]);
      await until(() => proxy.waiting >= 7, 'the other deletions');
      await until(async () => (await view.keys()).length === 11, 'the first deletion');
      running.type(CTRL_C);
      const { code, stdout } = await running.end();
      assert.equal(code, 130, stdout);
      assert.match(screen(stdout).join(' '), /Interrupted: [01] of 12 deleted; an image that was/);
      assert.equal((await view.keys()).length, 11);
    }));
});
