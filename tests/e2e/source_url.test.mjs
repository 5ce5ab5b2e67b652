// SPDX-License-Identifier: MIT
// Images from URLs. The internet here is one machine that has public addresses and others, names
// for them, and certificates: what leads to a private place must not even be connected to.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { until } from './harness/deadline.mjs';
import { temporaryDirectory } from './harness/directory.mjs';
import { pngOfExactSize, pngOfSize, sha256 } from './harness/images.mjs';
import { Internet, internetMissing } from './harness/internet.mjs';
import { modernMeta, withLocalServer, withServer } from './harness/server.mjs';

const PUBLIC = ['93.184.216.34', '93.184.216.35', '2606:4700::1111'];
const LIMIT = 500_000; // IMAGE_MAX_BYTES

const cat = pngOfSize(100_000);
const names = {
  'pictures.example': PUBLIC[0],
  'other.example': PUBLIC[1],
  'six.example': PUBLIC[2],
  'untrusted.example': PUBLIC[0],
  'loopback.example': '127.0.0.1',
  'loopback6.example': '::1',
  'mapped.example': '::ffff:127.0.0.1',
  'own.example': '+93.184.216.77',
  'own6.example': '+2606:4700::7777',
  'own-mapped.example': '::ffff:93.184.216.77',
  'private.example': '10.0.0.1',
  'metadata.example': '169.254.169.254',
  'unique-local.example': 'fd00:ec2::254',
  'both.example': `127.0.0.1,${PUBLIC[0]}`,
  'gone-or-loopback.example': '!93.184.216.99,127.0.0.1',
  'gone.example': '!93.184.216.99',
};

let internet;
let rebinding = 0; // names that change their minds are good for one test each
const rebindingNames = Array.from({ length: 4 }, (_, i) => `rebinding-${i}.example`);

const asking = (url, more = {}) => ({ url, prompt: 'a cat', model: 'm', ...more });

// Runs body with a server in there, and sees to it that nothing but public addresses was connected
// to, by https.
async function online(body, more = {}) {
  const directory = temporaryDirectory('images');
  const settings = { IMAGE_STORAGE_DIR: directory, IMAGE_MAX_BYTES: `${LIMIT}`, ...more };
  await internet.seen();
  await withServer(
    settings,
    async (server) => {
      let connections = [];
      let requests = [];
      const seen = async () => {
        const more = await internet.seen();
        connections = [...connections, ...more.connections];
        requests = [...requests, ...more.requests];
        return { ...more, connections, requests };
      };
      await body(server, { directory, seen });
      for (const each of (await seen()).connections)
        assert.ok(
          PUBLIC.some((address) => each === `${address} 443`),
          `connected to ${each}`,
        );
    },
    internet.enter,
  );
}

describe('in an internet', () => {
  const it = (name, body) => test(name, { skip: internetMissing }, body);

  before(async () => {
    if (internetMissing) return;
    const turns = rebindingNames.map((name) => [name, `${PUBLIC[0]} then 127.0.0.1`]);
    internet = await Internet.start({ ...names, ...Object.fromEntries(turns) });
    internet.place('cat.png', cat);
    internet.place('of-the-limit.png', pngOfExactSize(LIMIT));
    internet.place('over-the-limit.png', pngOfExactSize(LIMIT + 1));
    internet.place('broken.png', cat.subarray(0, -20));
    internet.place('empty.png', '');
  });
  after(() => internet?.stop());

  const good = [
    ['a name', 'https://pictures.example/files/cat.png'],
    ['a name of IPv6', 'https://six.example/files/cat.png'],
    ['an address', `https://${PUBLIC[1]}/files/cat.png`],
    [
      'capitals, a port, a query and a fragment',
      'HTTPS://PICTURES.example:443/files/cat.png?a=b#c',
    ],
    ['a wrong Content-Type', 'https://pictures.example/as/text/html/cat.png'],
    ['no useful Content-Type', 'https://pictures.example/as/application/octet-stream/cat.png'],
    ['three redirects', 'https://pictures.example/chain/3'],
    [
      'a redirect to another host',
      `https://pictures.example/to?${encodeURIComponent('https://other.example/files/cat.png')}`,
    ],
    ['a name with a private address beside the public one', 'https://both.example/files/cat.png'],
  ];
  for (const [what, url] of good) {
    it(`${what}: the image is saved`, () =>
      online(async (server, { seen }) => {
        const facts = await server.saved(asking(url));
        assert.equal(facts.sha256, sha256(cat));
        assert.equal(facts.mimeType, 'image/png');
        assert.ok((await seen()).requests.length > 0);
      }));
  }

  it('a resource link to a URL is fetched', () =>
    online(async (server) => {
      const uri = 'https://pictures.example/files/cat.png';
      const image = { type: 'resource_link', name: 'cat.png', uri, mimeType: 'image/png' };
      const facts = await server.saved({ image, prompt: 'a cat', model: 'm' });
      assert.equal(facts.sha256, sha256(cat));
    }));

  it('an image of exactly the limit is saved, and eight at once', () =>
    online(async (server) => {
      const urls = Array(8).fill('https://pictures.example/files/of-the-limit.png');
      for (const facts of await Promise.all(urls.map((url) => server.saved(asking(url)))))
        assert.equal(facts.size, LIMIT);
    }));

  const to = (url) => `https://pictures.example/to?${encodeURIComponent(url)}`;
  const refused = [
    ['a name of a loopback address', 'https://loopback.example/files/cat.png', /loopback/],
    ['a name of an IPv6 loopback address', 'https://loopback6.example/files/cat.png', /loopback/],
    ['a name of a mapped loopback address', 'https://mapped.example/files/cat.png', /loopback/],
    ['a name of a public address of this machine', 'https://own.example/files/cat.png', /machine/],
    ['... of IPv6', 'https://own6.example/files/cat.png', /an address of this machine/],
    ['... mapped', 'https://own-mapped.example/files/cat.png', /an address of this machine/],
    ['a redirect to this machine', to('https://93.184.216.77/files/cat.png'), /of this machine/],
    ['a name of a private address', 'https://private.example/files/cat.png', /private/],
    ['a name of the metadata service', 'https://metadata.example/files/cat.png', /link-local/],
    ['a name of a unique local address', 'https://unique-local.example/files/cat.png', /private/],
    [
      'a name whose public address is not reached',
      'https://gone-or-loopback.example/files/cat.png',
      /loopback/,
    ],
    ['a redirect to 127.0.0.1', to('https://127.0.0.1/files/cat.png'), /127\.0\.0\.1.*loopback/],
    ['a redirect to localhost', to('https://localhost/files/cat.png'), /loopback/],
    ['a redirect to ::1', to('https://[::1]/files/cat.png'), /loopback/],
    [
      'a redirect to 169.254.169.254',
      to('https://169.254.169.254/latest/meta-data/'),
      /169\.254\.169\.254.*link-local/,
    ],
    ['a redirect to a private name', to('https://private.example/files/cat.png'), /private/],
    ['a redirect of a redirect', to(to('https://10.0.0.1/files/cat.png')), /private/],
    ['a redirect to http', to('http://pictures.example/files/cat.png'), /not https/],
    ['a redirect to http at home', to('http://127.0.0.1/files/cat.png'), /not https/],
    ['a redirect to a file', to('file:///etc/passwd'), /not https/],
    ['a redirect to gopher', to('gopher://127.0.0.1:80/_x'), /not https/],
    [
      'a redirect with a password',
      to('https://me:hush@pictures.example/files/cat.png'),
      /user or a password/,
    ],
    ['four redirects', 'https://pictures.example/chain/4', /three times/],
    ['a redirect to itself', to('/chain/99'), /three times/],
    ['an unknown host', 'https://nowhere.example/cat.png?key=hush', /cannot be resolved/],
    ['a host that is not reached', 'https://gone.example/cat.png?key=hush', /cannot be reached/],
    ['an untrusted certificate', 'https://untrusted.example/?key=hush', /certificate.*trusted/],
    ['HTTP status 401', 'https://pictures.example/status/401?key=hush', /401.*login/],
    ['HTTP status 403', 'https://pictures.example/status/403?key=hush', /403.*expired/],
    ['HTTP status 404', 'https://pictures.example/status/404?key=hush', /404.*nothing/],
    ['HTTP status 410', 'https://pictures.example/status/410', /410.*removed/],
    ['HTTP status 429', 'https://pictures.example/status/429', /429.*later/],
    ['HTTP status 500', 'https://pictures.example/status/500', /500.*later/],
    ['HTTP status 300', 'https://pictures.example/status/300', /300/],
    ['a web page that says it is a PNG', 'https://pictures.example/page', /an HTML page/],
    ['a damaged image', 'https://pictures.example/files/broken.png', /the PNG is damaged/],
    ['an empty answer', 'https://pictures.example/files/empty.png', /empty/],
    [
      'an image over the limit',
      'https://pictures.example/files/over-the-limit.png',
      /larger than the limit of 500000 bytes.*IMAGE_MAX_BYTES/,
    ],
    ['a length over the limit', 'https://pictures.example/large', /IMAGE_MAX_BYTES/],
    ['an answer without an end', 'https://pictures.example/endless', /IMAGE_MAX_BYTES/],
    ['headers without an end', 'https://pictures.example/headers', /headers are too large/],
    ['a byte now and then', 'https://pictures.example/drip', /less than 512 bytes a second/],
    ['an answer that is cut short', 'https://pictures.example/cut', /cut short|connection/],
  ];
  for (const [what, url, says] of refused) {
    it(`${what}: refused with a sentence, and nothing is stored`, () =>
      online(async (server, { directory, seen }) => {
        const text = await server.refused(asking(url));
        assert.match(text, says);
        assert.doesNotMatch(text, /hush/);
        assert.ok(!existsSync(directory) || readdirSync(directory).length === 0);
        await until(async () => (await seen()).open === 0, 'the end of all connections');
      }));
  }

  it('a name that resolves to a private address the next time is refused then', () =>
    online(async (server) => {
      const url = `https://${rebindingNames[rebinding++]}/files/cat.png`;
      assert.equal((await server.saved(asking(url))).sha256, sha256(cat));
      assert.match(await server.refused(asking(url)), /loopback/);
    }));

  it('a redirect to a name that resolves to a private address the second time is refused', () =>
    online(async (server) => {
      // through another host in between, so that the connection is not the same
      const name = rebindingNames[rebinding++];
      await server.saved(asking(`https://${name}/files/cat.png`));
      const url = to(`https://${name}/files/cat.png`);
      assert.match(await server.refused(asking(url)), new RegExp(`${name}.*loopback`));
    }));

  it('proxies are not used', () =>
    online(
      async (server, { seen }) => {
        const facts = await server.saved(asking('https://pictures.example/files/cat.png'));
        assert.equal(facts.sha256, sha256(cat));
        assert.deepEqual((await seen()).connections, [`${PUBLIC[0]} 443`]);
      },
      { https_proxy: 'http://127.0.0.1:3128', ALL_PROXY: 'http://127.0.0.1:3128' },
    ));

  it('a download that hangs stops when it is cancelled', () =>
    online(async (server, { seen }) => {
      const params = {
        name: 'save_image',
        arguments: asking('https://pictures.example/silent'),
        _meta: modernMeta(),
      };
      server.send({ jsonrpc: '2.0', id: 'gone', method: 'tools/call', params });
      await until(async () => (await seen()).silent === 1, 'the silence after the beginning');
      server.send({
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: { requestId: 'gone' },
      });
      await until(async () => (await seen()).open === 0, 'the end of the connection');
      await server.end();
      assert.deepEqual(server.unanswered(), ['"gone"']);
    }));
});

const withoutNetwork = [
  ['http', 'http://example.com/cat.png', /only https/],
  ['a user', 'https://me@example.com/cat.png', /user or a password/],
  ['a password', 'https://me:hush@example.com/cat.png', /user or a password/],
  ['an IPv4 loopback address', 'https://127.0.0.1/cat.png', /loopback/],
  ['an address in one number', 'https://2130706433/cat.png', /loopback/],
  ['the metadata service', 'https://169.254.169.254/latest/', /link-local/],
  ['an IPv6 loopback address', 'https://[::1]/cat.png', /loopback/],
  ['a mapped address', 'https://[::ffff:10.0.0.1]/cat.png', /private/],
  ['a path', '/home/me/cat.png', /give it as "path"/],
  ['a file URL', 'file:///home/me/cat.png', /give it as "path"/],
  ['a data URL', 'data:image/png;base64,AAAA', /as "data"/],
  ['a word', 'cat', /not a URL/],
  ['nothing', '', /the image is missing/],
  ['9 KB', `https://example.com/${'x'.repeat(9000)}`, /url.*longer/],
];

for (const [what, url, says] of withoutNetwork) {
  test(`a URL with ${what} is refused without a look at the network`, () =>
    withLocalServer(async (server, directory) => {
      const text = await server.refused(asking(url));
      assert.match(text, says);
      assert.doesNotMatch(text, /hush/);
      assert.deepEqual(readdirSync(directory), []);
    }));
}
