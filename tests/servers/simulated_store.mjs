// SPDX-License-Identifier: MIT
// A bucket with as many images as one likes, of which nothing is stored: the n-th image of the d-th
// day is computed when somebody asks, and all that is kept is a bit for each that was deleted. It
// lists (ListObjectsV2) and deletes (DeleteObjects, but for the keys that `protects` is true of), checks
// no signatures, takes `latency` milliseconds for every exchange, and counts.
//
//   simulated_store.mjs DAYS IMAGES_PER_DAY LATENCY    prints its address, serves until its input
//                                                      ends; GET /counts tells and clears counts
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { answerError } from './faults.mjs';

export const MODELS = ['dall-e-3', 'flux-1-schnell', 'imagen-4', 'stable-diffusion-xl'];
const FIRST_DAY = Date.UTC(2024, 0, 1);
const PAGE = 1000;
const AFTER_ALL = '\x7f'; // what is behind every character of a key

const hex = (number, digits) => number.toString(16).padStart(digits, '0');
const element = (name, value) => `<${name}>${value}</${name}>`;

// The d-th day.
export const day = (d) => new Date(FIRST_DAY + d * 86_400_000).toISOString().slice(0, 10);

export class SimulatedStore {
  requests = { list: 0, delete: 0, other: 0 };
  protects = () => false;
  busiest = 0; // exchanges under way at once, at most
  underWay = 0; // now
  #tokens = new Set(); // continuation tokens that were given out

  constructor({ days, perDay, latency = 0, prefix = 'generations' }) {
    Object.assign(this, { days, perDay, latency, prefix, count: days * perDay });
    this.gone = new Uint8Array(this.count);
    this.dates = Array.from({ length: days }, (_, d) => day(d));
    this.dateBytes = this.dates.map((date) => Buffer.from(date, 'latin1'));
    this.tails = Array.from({ length: perDay }, (_, n) => this.#tail(n));
    this.#makeTemplate();
  }

  // What is the same on every day in the key of its n-th image.
  #tail(n) {
    const model = MODELS[Math.floor((n * MODELS.length) / this.perDay)];
    return `/${model}/${hex(n, 6)}${hex((n * 7919) % 0xffffff, 6)}_1024x1024.png`;
  }

  // A day as it is listed, and where in it entries begin and dates stand. Dates do not go with keys:
  // the images of a model are spread over the day.
  #makeTemplate() {
    const entries = this.tails.map((tail, n) => {
      const second = ((n * 7919) % this.perDay) * (86_400 / this.perDay);
      const time = new Date(second * 1000).toISOString().slice(10);
      return (
        element('Key', this.prefix + '/' + this.dates[0] + tail) +
        element('LastModified', this.dates[0] + time) +
        element('ETag', `&quot;${hex(n, 32)}&quot;`) +
        element('Size', 1_000_000 + n) +
        element('StorageClass', 'STANDARD')
      );
    });
    const text = entries.map((entry) => element('Contents', entry)).join('');
    this.template = Buffer.from(text, 'latin1');
    const places = (of) => Array.from(text.matchAll(of), ({ index }) => index);
    this.begins = [...places(/<Contents>/g), text.length];
    this.datePlaces = places(new RegExp(this.dates[0], 'g'));
  }

  // The entries of the images from n up to m of a day.
  #entries(d, n, m) {
    const bytes = Buffer.from(this.template.subarray(this.begins[n], this.begins[m]));
    const date = this.dateBytes[d];
    for (let k = 2 * n; k < 2 * m; k++) {
      const place = this.datePlaces[k] - this.begins[n];
      for (let c = 0; c < date.length; c++) bytes[place + c] = date[c];
    }
    return bytes;
  }

  static async start(options) {
    const store = new SimulatedStore(options);
    store.server = createServer((request, response) => store.#handle(request, response));
    store.server.keepAliveTimeout = 60_000;
    store.server.listen(0, '127.0.0.1');
    await once(store.server, 'listening');
    store.url = `http://127.0.0.1:${store.server.address().port}`;
    return store;
  }

  // What the program needs to use it.
  settings(more = {}) {
    return {
      S3_ENDPOINT: this.url,
      S3_BUCKET: 'images',
      S3_ACCESS_KEY: 'simulated-access-key',
      S3_SECRET_KEY: 'simulated-secret-key',
      S3_ADDRESSING_STYLE: 'path',
      S3_CDN_URL: 'https://images.example',
      ...more,
    };
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
  }

  // The counts since the last time.
  takeCounts() {
    const counts = { ...this.requests, busiest: this.busiest };
    this.requests = { list: 0, delete: 0, other: 0 };
    this.busiest = 0;
    return counts;
  }

  key(i) {
    const d = Math.floor(i / this.perDay);
    return `${this.prefix}/${this.dates[d]}${this.tails[i - d * this.perDay]}`;
  }

  // How many keys come before this text.
  #rank(text) {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.key(middle) < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #index(key) {
    const i = this.#rank(key);
    return i < this.count && this.key(i) === key ? i : -1;
  }

  // The first image at or after the i-th that is still there.
  #next(i) {
    const next = this.gone.indexOf(0, i);
    return next < 0 ? this.count : next;
  }

  // Where the run of images that are there ends: with one that is gone, the day, or the limit. With a
  // delimiter, which may roll up the next one, it is one image.
  #runEnd(i, limit, delimiter) {
    if (delimiter) return i + 1;
    const dayEnd = (Math.floor(i / this.perDay) + 1) * this.perDay;
    const gone = this.gone.subarray(i, Math.min(limit, dayEnd)).indexOf(1);
    return gone < 0 ? Math.min(limit, dayEnd) : i + gone;
  }

  isThere(key) {
    const i = this.#index(key);
    return i >= 0 && this.gone[i] === 0;
  }

  left() {
    return this.gone.reduce((count, gone) => count + 1 - gone, 0);
  }

  async #handle(request, response) {
    const url = new URL(request.url, 'http://store');
    if (url.pathname === '/counts') {
      response.end(JSON.stringify(this.takeCounts()));
      return;
    }
    this.busiest = Math.max(this.busiest, ++this.underWay);
    response.on('close', () => this.underWay--);
    const parts = [];
    for await (const part of request) parts.push(part);
    if (this.latency > 0) await delay(this.latency);
    if (response.destroyed) return; // the client has gone
    const query = url.searchParams;
    if (request.method === 'GET' && query.get('list-type') === '2') this.#list(query, response);
    else if (request.method === 'POST' && query.has('delete'))
      this.#delete(request, Buffer.concat(parts), response);
    else {
      this.requests.other++;
      answerError(response, 501, 'NotImplemented');
    }
  }

  #answer(response, name, head, parts = []) {
    const begin =
      `<?xml version="1.0" encoding="UTF-8"?>\n` +
      `<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${head}`;
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(Buffer.concat([Buffer.from(begin), ...parts, Buffer.from(`</${name}>`)]));
  }

  // Where a listing goes on after an entry: a roll-up stands for all that begins with it.
  #after(entry, delimiter) {
    return this.#rank(entry + (delimiter && entry.endsWith(delimiter) ? AFTER_ALL : '\0'));
  }

  #list(query, response) {
    this.requests.list++;
    const prefix = query.get('prefix') ?? '';
    const delimiter = query.get('delimiter');
    const token = query.get('continuation-token');
    const max = Math.min(PAGE, Number(query.get('max-keys') ?? PAGE));
    const end = this.#rank(prefix + AFTER_ALL);
    let i = this.#rank(prefix);
    if (token) {
      if (!this.#tokens.has(token)) {
        answerError(response, 400, 'InvalidArgument');
        return;
      }
      i = Math.max(i, this.#after(Buffer.from(token, 'base64').toString(), delimiter));
    } else if (query.get('start-after')) {
      i = Math.max(i, this.#rank(`${query.get('start-after')}\0`));
    }
    this.#answerPage(response, { prefix, delimiter, max, end, i: this.#next(i) });
  }

  #answerPage(response, { prefix, delimiter, max, end, i }) {
    const parts = [];
    let count = 0;
    let last = '';
    while (i < end && count < max) {
      last = this.key(i);
      const cut = delimiter ? last.indexOf(delimiter, prefix.length) : -1;
      if (cut >= 0) {
        last = last.slice(0, cut + delimiter.length);
        parts.push(Buffer.from(element('CommonPrefixes', element('Prefix', last))));
        count++;
        i = this.#next(this.#rank(last + AFTER_ALL));
      } else {
        const stop = this.#runEnd(i, Math.min(end, i + max - count), delimiter);
        const d = Math.floor(i / this.perDay);
        parts.push(this.#entries(d, i - d * this.perDay, stop - d * this.perDay));
        count += stop - i;
        last = this.key(stop - 1);
        i = this.#next(stop);
      }
    }
    const truncated = i < end;
    let head = element('Name', 'images') + element('Prefix', prefix);
    head += element('KeyCount', count) + element('MaxKeys', max);
    head += element('EncodingType', 'url') + element('IsTruncated', truncated);
    if (truncated) {
      const token = Buffer.from(last).toString('base64');
      this.#tokens.add(token);
      head += element('NextContinuationToken', token);
    }
    this.#answer(response, 'ListBucketResult', head, parts);
  }

  #delete({ headers }, body, response) {
    this.requests.delete++;
    if (headers['content-md5'] !== createHash('md5').update(body).digest('base64')) {
      answerError(response, 400, 'BadDigest');
      return;
    }
    const keys = Array.from(body.toString().matchAll(/<Key>([^<]*)<\/Key>/g), ([, key]) => key);
    if (keys.length > PAGE) {
      answerError(response, 400, 'MalformedXML');
      return;
    }
    let errors = '';
    for (const key of keys) {
      const i = this.#index(key);
      if (i >= 0 && !this.protects(key)) this.gone[i] = 1;
      else if (i >= 0)
        errors += element('Error', element('Key', key) + element('Code', 'AccessDenied'));
    }
    this.#answer(response, 'DeleteResult', errors);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [days, perDay, latency] = process.argv.slice(2).map(Number);
  const store = await SimulatedStore.start({ days, perDay, latency });
  console.log(store.url);
  process.stdin.resume().on('end', () => store.stop());
}
