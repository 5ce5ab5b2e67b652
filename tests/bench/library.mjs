// SPDX-License-Identifier: MIT
// library.mjs PROGRAM SERIAL_LIST: what is done with a large library of images, over MCP, each with a
// server that was just started, beside a serial listing of the whole bucket (SERIAL_LIST). The bucket
// is simulated by a process of its own. Prints a table: requests made of the store, wall time from
// the question to the answer, and the largest resident memory of the server; of what can be repeated,
// the fastest of five, since whatever else the machine does only ever adds to it.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MODELS, day } from '../servers/simulated_store.mjs';

const [program, serialList] = process.argv.slice(2);
const simulator = fileURLToPath(new URL('../servers/simulated_store.mjs', import.meta.url));
const PER_DAY = 1000;
const LATENCY = 50;

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

class Store {
  static async start(days) {
    const store = new Store();
    const args = [simulator, days, PER_DAY, LATENCY].map(String);
    store.child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    [store.url] = await once(createInterface({ input: store.child.stdout }), 'line');
    return store;
  }

  counts = async () => (await fetch(`${this.url}/counts`)).json();

  async stop() {
    this.child.stdin.end();
    await once(this.child, 'exit');
  }
}

// One server, one call: { facts, ms, kb }.
async function call(store, name, args) {
  const env = {
    PATH: process.env.PATH,
    HOME: mkdtempSync(path.join(tmpdir(), 'home-')),
    S3_ENDPOINT: store.url,
    S3_BUCKET: 'images',
    S3_ACCESS_KEY: 'bench',
    S3_SECRET_KEY: 'bench-secret-key',
    S3_ADDRESSING_STYLE: 'path',
    S3_CDN_URL: 'https://cdn.example',
  };
  const server = spawn(program, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: server.stdout });
  const ask = async (id, method, params) => {
    const line = once(lines, 'line');
    server.stdin.write(
      `${JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: META } })}\n`,
    );
    return JSON.parse((await line)[0]).result;
  };
  await ask(1, 'server/discover', {});
  const begin = performance.now();
  const result = await ask(2, 'tools/call', { name, arguments: args });
  const ms = performance.now() - begin;
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  server.stdin.end();
  await once(server, 'exit');
  if (!result?.structuredContent) throw new Error(`${name}: ${JSON.stringify(result)}`);
  return { facts: result.structuredContent, ms, kb: Number(/VmHWM:\s*(\d+)/.exec(status)[1]) };
}

const table = [['', 'requests', 'time', 'memory', 'target']];
function row(what, counts, ms, kb, targets) {
  const time = ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;
  const verdict = targets.map(([text, met]) => `${text}: ${met ? 'met' : 'MISSED'}`).join(', ');
  const requests = counts.delete ? `${counts.list} + ${counts.delete}` : `${counts.list}`;
  table.push([what, requests, time, `${(kb / 1024).toFixed(1)} MB`, verdict]);
  console.error(`${what}: ${time}`);
}

const MEMORY_KB = 32 * 1024;

// Calls a tool, checks that it did what it was to do, adds a row.
async function measure(store, what, name, args, check, targets = () => [], runs = 5) {
  let best;
  for (let i = 0; i < runs; i++) {
    await store.counts();
    const run = { ...(await call(store, name, args)), counts: await store.counts() };
    const problem = check(run.facts);
    if (problem) throw new Error(`${what}: ${problem}`);
    run.kb = Math.max(run.kb, best?.kb ?? 0);
    best = !best || run.ms < best.ms ? run : { ...best, kb: run.kb };
  }
  const { counts, ms, kb } = best;
  row(what, counts, ms, kb, [...targets(counts, ms), ['32 MB', kb <= MEMORY_KB]]);
  return best.facts;
}

const differs = (what, is, should) => is !== should && `${what} is ${is}, not ${should}`;

async function measureAll(days) {
  const store = await Store.start(days);
  const images = days * PER_DAY;
  const [keys, requests, serialMs, serialKb] = (
    await promisify(execFile)(serialList, [`${store.url}/images`])
  ).stdout
    .split(' ')
    .map(Number);
  if (keys !== images) throw new Error(`the serial listing has ${keys} keys`);
  row('serial listing of the bucket', { list: requests }, serialMs, serialKb, []);

  await measure(
    store,
    'newest 20 images',
    'list_images',
    { limit: 20 },
    ({ count }) => differs('count', count, 20),
    ({ list }) => [['3 requests', list <= 3]],
  );
  await measure(
    store,
    'one month of one model, first 1,000',
    'list_images',
    { limit: 1000, model: MODELS[1], date_range: { start: day(31), end: day(59) } },
    ({ count }) => differs('count', count, 1000),
  );
  await measure(
    store,
    'statistics of one month of one model',
    'get_statistics',
    { model: MODELS[1], date_range: { start: day(31), end: day(59) } },
    ({ totalFiles }) => differs('totalFiles', totalFiles, (29 * PER_DAY) / MODELS.length),
  );
  await measure(
    store,
    'statistics of everything',
    'get_statistics',
    {},
    ({ totalFiles }) => differs('totalFiles', totalFiles, images),
    (_, ms) => (days === 1000 ? [['1/20 of the serial time', ms <= serialMs / 20]] : []),
  );
  const tenth = images / 10;
  await measure(
    store,
    `plan: keep the newest ${(images - tenth).toLocaleString('en')}`,
    'cleanup_images',
    { keep_count: images - tenth },
    ({ count }) => differs('count', count, tenth),
  );
  const plan = await measure(
    store,
    `plan: the oldest ${tenth.toLocaleString('en')}, by age`,
    'cleanup_images',
    { older_than: day(days / 10) },
    ({ count }) => differs('count', count, tenth),
  );
  await measure(
    store,
    '  its execution',
    'cleanup_images',
    { confirm: plan.confirm },
    ({ deleted, failed }) => differs('deleted', deleted - failed, tenth),
    (counts) => [[`about ${tenth / 1000} batch requests`, counts.delete <= tenth / 1000 + 2]],
    1,
  );
  await store.stop();
}

for (const days of [1000, 100]) {
  table.push([`${(days * PER_DAY).toLocaleString('en')} images over ${days} days`, '', '', '', '']);
  await measureAll(days);
}
const widths = table[0].map((_, column) => Math.max(...table.map((cells) => cells[column].length)));
for (const cells of table)
  console.log(cells.map((cell, i) => cell.padEnd(widths[i])).join('  ').trimEnd());
process.exit(table.some((cells) => cells[4].includes('MISSED')) ? 1 : 0);
