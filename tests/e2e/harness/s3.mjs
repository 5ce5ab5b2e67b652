// SPDX-License-Identifier: MIT
// A second opinion on what is in a bucket: a very small S3 client (path style, Signature Version 4,
// node's own http), written without a look at the one under test.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { lookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';

const hash = (data) => createHash('sha256').update(data).digest('hex');
const mac = (key, data) => createHmac('sha256', key).update(data).digest();
const escape = (text) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );

// Names below localhost are this machine, also where the resolver of the system does not know.
function resolveName(host, options, done) {
  if (!host.endsWith('.localhost')) return lookup(host, options, done);
  const address = { address: '127.0.0.1', family: 4 };
  return options.all ? done(null, [address]) : done(null, address.address, address.family);
}

function exchange(url, { method = 'GET', headers = {}, body = '', ca } = {}) {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const outgoing = request(
      url,
      { method, headers, ca, lookup: resolveName, agent: false },
      (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            headers: response.headers,
            body: Buffer.concat(parts),
          }),
        );
        response.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

// A GET by nobody in particular: what a browser does with a public URL.
export const fetchAnonymously = (url, ca) => exchange(new URL(url), { ca });

export class Bucket {
  constructor({ endpoint, name, accessKey, secretKey, region = 'us-east-1' }) {
    Object.assign(this, { endpoint, name, accessKey, secretKey, region });
  }

  #sign(method, url, body) {
    const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const scope = `${time.slice(0, 8)}/${this.region}/s3/aws4_request`;
    const headers = { host: url.host, 'x-amz-content-sha256': hash(body), 'x-amz-date': time };
    const names = Object.keys(headers).sort();
    const request = [
      method,
      url.pathname,
      url.search.slice(1).split('&').sort().join('&'),
      ...names.map((name) => `${name}:${headers[name]}`),
      '',
      names.join(';'),
      hash(body),
    ].join('\n');
    const key = scope.split('/').reduce(mac, `AWS4${this.secretKey}`);
    const signature = createHmac('sha256', key)
      .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash(request)}`)
      .digest('hex');
    headers.authorization =
      `AWS4-HMAC-SHA256 Credential=${this.accessKey}/${scope}, ` +
      `SignedHeaders=${names.join(';')}, Signature=${signature}`;
    return headers;
  }

  // The path-style URL of an object; of the bucket itself without a key.
  url(key = '', query = {}) {
    const path = [this.name, ...key.split('/').filter(Boolean)].map(escape).join('/');
    const search = Object.entries(query).map(([name, value]) => `${escape(name)}=${escape(value)}`);
    return new URL(`/${path}${search.length ? `?${search.join('&')}` : ''}`, this.endpoint);
  }

  async request(method, key, { query, body = '', expected = [200, 204] } = {}) {
    const url = this.url(key, query);
    const answer = await exchange(url, { method, headers: this.#sign(method, url, body), body });
    assert.ok(
      expected.includes(answer.status),
      `${method} ${url}: ${answer.status} ${answer.body}`,
    );
    return answer;
  }

  create() {
    return this.request('PUT', '');
  }

  // Somebody ('*', or { AWS: ['arn:...'] }) may do this with its objects below a path, and not that.
  allow(principal, actions, { below = '', deny = [] } = {}) {
    const about = { Principal: principal, Resource: `arn:aws:s3:::${this.name}/${below}*` };
    const statements = [{ Effect: 'Allow', Action: actions, ...about }];
    if (deny.length > 0) statements.push({ Effect: 'Deny', Action: deny, ...about });
    const body = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    return this.request('PUT', '', { query: { policy: '' }, body });
  }

  // Anybody may GET its objects.
  publish() {
    return this.allow('*', 's3:GetObject');
  }

  get(key) {
    return this.request('GET', key);
  }

  // All keys, in order.
  async keys() {
    const keys = [];
    let token;
    do {
      const query = { 'list-type': '2', ...(token ? { 'continuation-token': token } : {}) };
      const text = (await this.request('GET', '', { query })).body.toString('utf8');
      keys.push(...[...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key));
      token = /<NextContinuationToken>([^<]*)</.exec(text)?.[1];
    } while (token);
    return keys;
  }

  async images() {
    return (await this.keys()).filter((key) => !key.endsWith('.json'));
  }
}
