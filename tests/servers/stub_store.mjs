// SPDX-License-Identifier: MIT
// A store of objects that does what a test wants it to: it stalls, crawls, answers with a fault
// (faults.mjs) for a while, or in a dialect of its own. It checks no signatures: what is right is for the real servers to say,
// this one is for what goes wrong.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { answerError } from './faults.mjs';

export class StubStore {
  objects = new Map(); // path -> { body, headers }
  requests = []; // { method, url, headers }
  waiting = 0; // uploads that hang
  open = 0; // connections
  faults = []; // for the next uploads, one each; see faults.mjs
  fault = () => undefined; // for all other uploads: gives the one for a request, if any
  odd = () => undefined; // for requests of any kind: gives what answers instead of the store
  listing = listBucketResult; // how a page of a list is worded
  #gate = Promise.resolve();
  #openGate = () => {};
  #rate = Infinity;

  static async start() {
    const store = new StubStore();
    store.server = createServer((request, response) => store.#handle(request, response));
    store.server.on('connection', (socket) => {
      store.open++;
      socket.on('close', () => store.open--);
      socket.on('error', () => {});
    });
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
      S3_ACCESS_KEY: 'stub-access-key',
      S3_SECRET_KEY: 'stub-secret-key',
      S3_ADDRESSING_STYLE: 'path',
      ...more,
    };
  }

  stall() {
    this.#gate = new Promise((resolve) => (this.#openGate = resolve));
  }

  release() {
    this.#openGate();
  }

  throttle(bytesPerSecond) {
    this.#rate = bytesPerSecond;
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
  }

  async #handle(request, response) {
    const { method, url, headers } = request;
    this.requests.push({ method, url, headers });
    const fault = method === 'PUT' ? (this.faults.shift() ?? this.fault(request)) : undefined;
    const answer = fault ?? this.odd(request);
    try {
      await (answer ? answer(request, response) : this.#serve(request, response));
    } catch {
      response.destroy(); // the client has gone
    }
  }

  async #serve(request, response) {
    const { pathname: path, searchParams: query } = new URL(request.url, this.url);
    const object = this.objects.get(path);
    if (request.method === 'PUT') {
      const parts = [];
      for await (const part of request) {
        parts.push(part);
        if (this.#rate < Infinity) await delay((part.length / this.#rate) * 1000);
      }
      this.waiting++;
      const held = once(response, 'close').then(() => 'gone');
      const gate = await Promise.race([this.#gate, held]);
      this.waiting--;
      if (gate === 'gone') return;
      if (request.headers['if-none-match'] === '*' && this.objects.has(path)) {
        answerError(response, 412, 'PreconditionFailed');
        return;
      }
      const body = Buffer.concat(parts);
      this.objects.set(path, { body, headers: request.headers, modified: new Date() });
      response.writeHead(200, { etag: `"${createHash('md5').update(body).digest('hex')}"` }).end();
    } else if (request.method === 'GET' && path === '/images/') {
      const page = this.#page(query.get('prefix') ?? '', query.get('delimiter'));
      response.writeHead(200, { 'content-type': 'application/xml' }).end(this.listing(page));
    } else if (request.method === 'DELETE') {
      this.objects.delete(path);
      response.writeHead(204).end();
    } else if (!object) {
      answerError(response, 404, 'NoSuchKey');
    } else {
      const kept = Object.entries(object.headers).filter(([name]) =>
        /^(content-type|cache-control|x-amz-meta-.*)$/.test(name),
      );
      const size = { 'content-length': object.body.length };
      response.writeHead(200, {
        ...Object.fromEntries(kept),
        ...size,
        'last-modified': object.modified.toUTCString(),
      });
      response.end(request.method === 'HEAD' ? undefined : object.body);
    }
  }

  #page(prefix, delimiter) {
    const page = { prefix, objects: [], rollups: new Set() };
    for (const [path, { body, modified }] of [...this.objects].sort()) {
      const key = path.slice('/images/'.length);
      const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
      if (!key.startsWith(prefix)) continue;
      if (end >= 0) page.rollups.add(key.slice(0, end + 1));
      else page.objects.push({ key, size: body.length, modified: modified.toISOString() });
    }
    return page;
  }
}

// As S3 words it.
export function listBucketResult({ prefix, objects, rollups }) {
  const contents = objects.map(
    ({ key, size, modified }) =>
      `<Contents><Key>${key}</Key><LastModified>${modified}</LastModified>` +
      `<Size>${size}</Size></Contents>`,
  );
  const common = [...rollups].map(
    (rollup) => `<CommonPrefixes><Prefix>${rollup}</Prefix></CommonPrefixes>`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
    `<Prefix>${prefix}</Prefix><KeyCount>${objects.length + rollups.size}</KeyCount>` +
    `<IsTruncated>false</IsTruncated>${contents.join('')}${common.join('')}</ListBucketResult>`
  );
}
