// SPDX-License-Identifier: MIT
// image-storage-mcp doctor: every mistake that it knows by name, made for real. What it finds is
// read from its JSON; that nothing of it stays in the store is checked after each run.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { page, withCdn } from '../servers/cdn.mjs';
import * as faults from '../servers/faults.mjs';
import { FaultProxy } from '../servers/proxies.mjs';
import { until, within } from './harness/deadline.mjs';
import { temporaryDirectory } from './harness/directory.mjs';
import { PROGRAM, assertHealthy, environment } from './harness/server.mjs';
import { ACCESS_KEY, Ceph, R2, SECRET_KEY, cephMissing, s3Settings } from './harness/stores.mjs';

const WRONG_SECRET = 'not-the-secret-at-all-but-still-one';
const nginx = fileURLToPath(new URL('../servers/nginx.sh', import.meta.url));

// Runs it; more: of its command line. Gives its output, and what it found by the name of the check.
function start(settings, { more = ['--json'], command = [PROGRAM] } = {}) {
  const [program, ...rest] = [...command, 'doctor', ...more];
  const child = spawn(program, rest, { env: environment(settings) });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const done = once(child, 'close').then(([code, signal]) => {
    assertHealthy(stderr);
    for (const secret of [SECRET_KEY, WRONG_SECRET])
      assert.ok(!(stdout + stderr).includes(secret), 'a secret was told');
    return { code, signal, stdout, stderr };
  });
  return { child, done: within(done, 'the end of the doctor') };
}

async function examine(settings, how) {
  const { code, stdout, stderr } = await start(settings, how).done;
  const { ok, findings } = JSON.parse(stdout);
  const failed = findings.filter(({ status }) => status === 'failed');
  assert.equal(ok, failed.length === 0, stdout);
  assert.equal(code, ok ? 0 : 1, stdout + stderr);
  for (const finding of findings) {
    assert.match(finding.status, /^(ok|skipped|warning|failed)$/);
    assert.ok(finding.text.length > 3, stdout);
    assert.ok(finding.fix === undefined || finding.fix.length > 10, stdout);
  }
  const of = (check) => findings.filter((finding) => finding.check === check);
  return {
    code,
    findings,
    of,
    // The status of a check, its words held against an expression.
    is(check, status, says = /./) {
      const [finding] = of(check);
      assert.ok(finding, `nothing about ${check}: ${stdout}`);
      assert.equal(finding.status, status, stdout);
      assert.match(`${finding.text}\n${finding.fix ?? ''}`, says);
    },
    only(check) {
      const bad = findings.filter(({ status }) => status === 'failed' || status === 'warning');
      assert.deepEqual([...new Set(bad.map((finding) => finding.check))], [check].flat(), stdout);
    },
  };
}

const S3_CHECKS = [
  ...['configuration', 'credentials', 'DNS', 'TCP', 'TLS', 'clock', 'signature', 'region', 'put'],
  ...['get', 'list', 'delete', 'conditional put', 'batch delete', 'capabilities'],
  ...['public URL', 'source directories', 'sandbox'],
];
const LOCAL_CHECKS = [
  ...['configuration', 'directory', 'free space', 'put', 'get', 'list', 'delete'],
  ...['conditional put', 'public URL', 'source directories', 'sandbox'],
];

describe('the configuration', () => {
  test('all its problems are findings, and no reason to stop before', async () => {
    const found = await examine({
      S3_BUCKET: 'images',
      S3_ENDPOINT: 'ftp://example.org',
      S3_ADDRESSING_STYLE: 'sideways',
      S3_SECRET_KEY: WRONG_SECRET,
    });
    const told = found.of('configuration').map(({ text }) => text);
    assert.equal(told.length, 3, told.join('\n'));
    for (const name of ['S3_ENDPOINT', 'S3_ADDRESSING_STYLE', 'S3_ACCESS_KEY'])
      assert.ok(told.some((text) => text.includes(name)), name);
  });

  test("the API of R2 given as S3_CDN_URL is called by its name", async () => {
    const found = await examine({
      S3_BUCKET: 'images',
      S3_ENDPOINT: 'https://account.r2.cloudflarestorage.com',
      S3_ACCESS_KEY: ACCESS_KEY,
      S3_SECRET_KEY: SECRET_KEY,
      S3_CDN_URL: 'https://account.r2.cloudflarestorage.com/images',
    });
    found.is('configuration', 'failed', /S3_CDN_URL.*API of R2.*r2\.dev/s);
  });

  test('a bucket name that no bucket has', async () => {
    const found = await examine({ S3_BUCKET: 'ab', S3_ACCESS_KEY: 'a', S3_SECRET_KEY: 'b' });
    found.is('configuration', 'failed', /S3_BUCKET/);
  });

  test('no keys anywhere: the connection is checked all the same', async () => {
    const found = await examine({ S3_BUCKET: 'images', S3_ENDPOINT: 'https://s3.invalid' });
    found.is('credentials', 'failed', /S3_ACCESS_KEY/);
    found.is('DNS', 'failed', /s3\.invalid/);
    found.is('put', 'skipped', /credentials/);
  });
});

describe('Ceph', () => {
  let ceph;
  before(async () => {
    if (!cephMissing) ceph = await Ceph.start();
  });
  const it = (name, body) => test(name, { skip: cephMissing }, body);

  const cdnOf = (bucket) => `${ceph.http}/${bucket.name}`;
  // A run on a bucket, which is as empty afterwards as it was before.
  const examineBucket = async (bucket, more = {}, how = undefined) => {
    const found = await examine(s3Settings(bucket, { S3_CDN_URL: cdnOf(bucket), ...more }), how);
    assert.deepEqual(await bucket.keys(), []);
    return found;
  };
  const examinePublished = async (more, how) =>
    examineBucket(await ceph.bucket({ published: true }), more, how);

  it('when all is right, every check is made, in order, and is ok', async () => {
    const found = await examinePublished({});
    assert.deepEqual(
      found.findings.map(({ check }) => check),
      S3_CHECKS,
    );
    for (const { status, check } of found.findings) assert.equal(status, 'ok', check);
    found.is('credentials', 'ok', /S3_ACCESS_KEY/);
    found.is('capabilities', 'ok', /conditional put: yes, batch delete: yes/);
  });

  it('without --json there is a line for each check', async () => {
    const bucket = await ceph.bucket({ published: true });
    const { code, stdout } = await start(s3Settings(bucket, { S3_CDN_URL: cdnOf(bucket) }), {
      more: [],
    }).done;
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => line.split('\t').slice(0, 2).join(' ')),
      S3_CHECKS.map((check) => `ok ${check}`),
    );
  });

  const settings = [
    ['a wrong secret', { S3_SECRET_KEY: WRONG_SECRET }, 'signature', /S3_SECRET_KEY/],
    ['an unknown access key', { S3_ACCESS_KEY: 'nobody' }, 'signature', /S3_ACCESS_KEY/],
    ['a host that does not exist', { S3_ENDPOINT: 'https://s3.invalid' }, 'DNS', /S3_ENDPOINT/],
  ];
  for (const [what, change, check, says] of settings) {
    it(`${what} fails at ${check}, and only what needs it is skipped`, async () => {
      const found = await examinePublished(change);
      found.only(check);
      found.is(check, 'failed', says);
      const at = S3_CHECKS.indexOf(check);
      for (const earlier of S3_CHECKS.slice(0, at)) found.is(earlier, 'ok');
      for (const later of ['put', 'list', 'public URL']) found.is(later, 'skipped', new RegExp(check));
    });
  }

  it('a store that does not run fails at TCP', async () => {
    const proxy = await FaultProxy.start(ceph.http);
    proxy.stop(); // its port is free now
    const found = await examinePublished({ S3_ENDPOINT: proxy.url });
    found.only('TCP');
    found.is('TCP', 'failed', /running/);
  });

  it('an untrusted certificate fails at TLS, unless S3_CA_BUNDLE has it', async () => {
    const found = await examinePublished({ S3_ENDPOINT: ceph.https });
    found.only('TLS');
    found.is('TCP', 'ok');
    found.is('TLS', 'failed', /S3_CA_BUNDLE/);
    const trusted = await examinePublished({
      S3_ENDPOINT: ceph.https,
      S3_CA_BUNDLE: ceph.caBundle,
    });
    trusted.is('TLS', 'ok', /valid until .*20\d\d/);
    trusted.only([]);
  });

  it('https on a port for http fails at TLS, and http on one for https is told, too', async () => {
    const tls = await examinePublished({ S3_ENDPOINT: ceph.http.replace('http:', 'https:') });
    tls.only('TLS');
    tls.is('TLS', 'failed', /S3_ENDPOINT/);
    const plain = await examinePublished({ S3_ENDPOINT: ceph.https.replace('https:', 'http:') });
    plain.is('signature', 'failed', /https:\/\/ or http:\/\//);
  });

  it('a bucket that does not exist fails at put', async () => {
    const found = await examinePublished({ S3_BUCKET: 'no-such-bucket' });
    found.is('put', 'failed', /S3_BUCKET/);
    found.is('public URL', 'skipped');
  });

  it('keys may come from the AWS variables, or from a profile', async () => {
    const keys = { S3_ACCESS_KEY: '', S3_SECRET_KEY: '' };
    const aws = { AWS_ACCESS_KEY_ID: ACCESS_KEY, AWS_SECRET_ACCESS_KEY: SECRET_KEY };
    (await examinePublished({ ...keys, ...aws })).is('credentials', 'ok', /AWS_ACCESS_KEY_ID/);
    const home = temporaryDirectory('home');
    mkdirSync(`${home}/.aws`);
    writeFileSync(
      `${home}/.aws/credentials`,
      `[images]\naws_access_key_id = ${ACCESS_KEY}\naws_secret_access_key = ${SECRET_KEY}\n`,
    );
    const found = await examinePublished({ ...keys, HOME: home, AWS_PROFILE: 'images' });
    found.is('credentials', 'ok', /"images".*\.aws\/credentials/);
    found.only([]);
  });

  describe('permissions by policy', () => {
    const stranger = { AWS: ['arn:aws:iam:::user/stranger'] };
    const asStranger = {
      S3_ACCESS_KEY: `stranger-${ACCESS_KEY}`,
      S3_SECRET_KEY: `stranger-${SECRET_KEY}`,
      S3_CDN_URL: '',
    };
    const withRights = async (actions, body, deny = []) => {
      const bucket = await ceph.bucket();
      await bucket.allow(stranger, actions, { below: 'generations/', deny });
      const settings = s3Settings(bucket, asStranger);
      return body(await examine(settings), bucket);
    };

    it('rights on the objects under the prefix are enough; a denied listing is a warning', () =>
      withRights(['s3:PutObject', 's3:GetObject', 's3:DeleteObject'], async (found, bucket) => {
        assert.equal(found.code, 0);
        found.only(['list', 'public URL']);
        found.is('list', 'warning', /s3:ListBucket.*list_images.*cleanup_images/s);
        for (const check of ['get', 'delete', 'conditional put']) found.is(check, 'ok');
        found.is('batch delete', 'ok', /one by one/); // Ceph wants a right on the bucket for it
        assert.deepEqual(await bucket.keys(), []);
      }));

    it('no right to put', () =>
      withRights(['s3:GetObject', 's3:DeleteObject'], async (found, bucket) => {
        found.is('put', 'failed', /s3:PutObject/);
        found.is('signature', 'ok');
        assert.deepEqual(await bucket.keys(), []);
      }));

    it('no right to get', () =>
      // who puts an object owns it: so it takes more than no permission
      withRights(
        ['s3:PutObject', 's3:DeleteObject'],
        async (found, bucket) => {
          found.is('get', 'failed', /s3:GetObject/);
          found.is('delete', 'ok');
          assert.deepEqual(await bucket.keys(), []);
        },
        ['s3:GetObject'],
      ));

    it('no right to delete: the probe stays, and that is said', () =>
      withRights(['s3:PutObject', 's3:GetObject'], async (found, bucket) => {
        found.is('delete', 'failed', /s3:DeleteObject/);
        found.is('conditional put', 'ok');
        const keys = await bucket.keys();
        assert.equal(keys.length, 1);
        assert.match(keys[0], /^generations\/image-storage-mcp-probe-[0-9a-f]+\.png$/);
        found.is('clean-up', 'warning', new RegExp(keys[0]));
      }));

    it('no right at all', () =>
      withRights(['s3:AbortMultipartUpload'], async (found) => {
        found.is('signature', 'ok');
        found.is('put', 'failed', /s3:PutObject/);
        found.is('list', 'warning');
      }));
  });

  describe('the public URL', () => {
    it('a private bucket', async () => {
      const bucket = await ceph.bucket();
      const found = await examineBucket(bucket);
      found.only('public URL');
      found.is('public URL', 'failed', /AccessDenied.*s3:GetObject.*policy/s);
    });

    it('presigned URLs work, with a warning that they end', async () => {
      const found = await examineBucket(await ceph.bucket(), { S3_CDN_URL: '' });
      assert.equal(found.code, 0);
      found.only('public URL');
      found.is('public URL', 'warning', /7 days.*S3_CDN_URL/s);
    });

    const paths = [
      ['without the bucket', () => '', /wrong path/],
      ['with another bucket', () => '/no-such-bucket', /wrong path/],
      ['with something behind the bucket', ({ name }) => `/${name}/images`, /wrong path/],
      ['with the prefix behind it', ({ name }) => `/${name}/generations`, /twice.*leave/s],
    ];
    for (const [what, path, says] of paths) {
      it(`a path ${what}`, async () => {
        const bucket = await ceph.bucket({ published: true });
        const found = await examineBucket(bucket, { S3_CDN_URL: ceph.http + path(bucket) });
        found.only('public URL');
        found.is('public URL', 'failed', says);
        if (/wrong/.test(says.source)) found.is('public URL', 'failed', new RegExp(cdnOf(bucket)));
      });
    }

    it('a closed port, an unknown host, a certificate that browsers do not trust', async () => {
      const proxy = await FaultProxy.start(ceph.http);
      proxy.stop();
      const away = await examinePublished({ S3_CDN_URL: proxy.url });
      away.is('public URL', 'failed', /no connection/);
      const unknown = await examinePublished({ S3_CDN_URL: 'https://images.invalid' });
      unknown.is('public URL', 'failed', /images\.invalid is not known/);
      const bucket = await ceph.bucket({ published: true });
      const tls = { S3_CDN_URL: `${ceph.https}/${bucket.name}` };
      (await examineBucket(bucket, tls)).is('public URL', 'failed', /certificate.*S3_CA_BUNDLE/s);
      (await examineBucket(bucket, { ...tls, S3_CA_BUNDLE: ceph.caBundle })).only([]);
    });

    // What a CDN that is not set up right answers.
    const answers = [
      ['limits requests', (r) => r.writeHead(429).end(), 'failed', /429/],
      ['is a web site', page('<!DOCTYPE html><h1>Welcome</h1>'), 'failed', /web page/],
      ['is a large web site', page(`<html>${' '.repeat(500_000)}`), 'failed', /web page/],
      [
        'shows a login page',
        page('<html><form>Sign in <input type="password"></form>'),
        'failed',
        /login page/,
      ],
      [
        'sends to a login',
        (r) => r.writeHead(302, { location: 'https://id.example.com/login?token=x1y2' }).end(),
        'failed',
        /login \("https:\/\/id\.example\.com\/login"\)/,
      ],
      [
        'sends elsewhere',
        (r) => r.writeHead(301, { location: 'https://www.example.com/' }).end(),
        'failed',
        /another address \("https:\/\/www\.example\.com\/"\)/,
      ],
      ['wants a password', (r) => r.writeHead(401).end(), 'failed', /requires a login/],
      ['blocks', (r) => r.writeHead(403).end('no bots'), 'failed', /refuses the request/],
      ['does not have it', (r) => r.writeHead(404).end('nothing'), 'failed', /does not have/],
      ['has lost its origin', (r) => r.writeHead(502).end(), 'failed', /502.*origin/s],
      [
        'lists the bucket',
        (r) => r.end('<?xml version="1.0"?><ListBucketResult></ListBucketResult>'),
        'failed',
        /listing of a bucket/,
      ],
      [
        'changes images',
        (r) => r.writeHead(200, { 'content-type': 'image/webp' }).end('RIFF'),
        'warning',
        /not with the bytes that were stored/,
      ],
    ];
    for (const [what, answer, status, says] of answers) {
      it(`a CDN that ${what}`, () =>
        withCdn(answer, async (url) => {
          const found = await examinePublished({ S3_CDN_URL: url });
          found.only('public URL');
          found.is('public URL', status, says);
        }));
    }

    it('a CDN that drops the type', async () => {
      const bucket = await ceph.bucket({ published: true });
      await withCdn(
        async (response, path) => {
          const { body } = await bucket.get(path.slice(1));
          response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(body);
        },
        async (url) => {
          const found = await examineBucket(bucket, { S3_CDN_URL: url });
          found.is('public URL', 'warning', /octet-stream.*image\/png.*Content-Type/s);
        },
      );
    });
  });

  // A store that lacks something, as what is in front of Ceph makes it seem.
  const behind = async (pick, body, more = {}) => {
    const bucket = await ceph.bucket({ published: true });
    const proxy = await FaultProxy.start(ceph.http);
    proxy.pick = pick;
    try {
      const settings = { S3_ENDPOINT: proxy.url, S3_CDN_URL: cdnOf(bucket), ...more };
      return await body(s3Settings(bucket, settings), bucket, proxy);
    } finally {
      proxy.stop();
    }
  };
  const notImplemented = (request, response) => {
    request.resume();
    request.on('end', () => faults.answerError(response, 501, 'NotImplemented'));
  };

  it('a store without conditional put and batch delete works, and its capabilities say so', () =>
    behind(
      ({ method, headers }) =>
        method === 'POST' || headers['if-none-match'] ? notImplemented : undefined,
      async (settings, bucket) => {
        const found = await examine(settings);
        found.only([]);
        found.is('conditional put', 'ok', /ignored/);
        found.is('batch delete', 'ok', /one by one/);
        found.is('capabilities', 'ok', /conditional put: no, batch delete: no/);
        assert.deepEqual(await bucket.keys(), []);
      },
    ));

  it('another region than the configured one is a warning that names it', () => {
    let left = 1;
    return behind(
      () => (left-- > 0 ? faults.otherRegion('eu-central-1') : undefined),
      async (settings) => {
        const found = await examine(settings);
        found.only('region');
        found.is('region', 'warning', /eu-central-1.*S3_REGION=eu-central-1/s);
      },
    );
  });

  it('bytes that change on the way are noticed', () =>
    behind(
      ({ method, headers, url }) =>
        method === 'GET' && headers.authorization && url.includes('probe') && !url.includes('?')
          ? changed
          : undefined,
      async (settings) => (await examine(settings)).is('get', 'failed', /not those that were stored/),
    ));

  it('Ctrl-C removes the probe before it ends it', () => {
    let waiting = false;
    return behind(
      ({ headers }) => {
        if (headers.authorization) return undefined;
        waiting = true;
        return faults.silence;
      },
      async (settings, bucket, proxy) => {
        const cdn = { S3_CDN_URL: `${proxy.url}/${bucket.name}` };
        const { child, done } = start({ ...settings, ...cdn }, { more: [] });
        await until(() => waiting, 'the look at the public URL');
        assert.equal((await bucket.keys()).length, 1);
        child.kill('SIGINT');
        const { signal, stdout } = await done;
        assert.equal(signal, 'SIGINT');
        assert.match(stdout, /^ok\tcapabilities/m);
        assert.doesNotMatch(stdout, /public URL|clean-up/);
        assert.deepEqual(await bucket.keys(), []);
      },
    );
  });

  // Last, because the gateway is another one afterwards.
  it('a clock that is off is reported; the store refuses it at first, and everything works', async () => {
    const bucket = await ceph.bucket({ published: true });
    await ceph.killGateway();
    await ceph.startGateway('+2h');
    const settings = s3Settings(bucket, { S3_CDN_URL: cdnOf(bucket) });
    const found = await examine(settings);
    found.only('clock');
    found.is('clock', 'warning', /1(19|20) min .* behind.*set the clock/s);
    await ceph.killGateway();
    await ceph.startGateway();
    assert.deepEqual(await bucket.keys(), []);
    (await examine(settings)).only([]);
  });
});

const changed = (request, response) =>
  response.writeHead(200, { 'content-type': 'image/png' }).end('other bytes');

describe('R2', () => {
  let r2;
  before(async () => {
    r2 = await R2.start();
  });
  after(() => r2.stop());

  test('all is right but the public URL, which is the API', async () => {
    const bucket = await r2.bucket();
    const cdn = { S3_CDN_URL: `${bucket.endpoint}/${bucket.name}` };
    const found = await examine(s3Settings(bucket, cdn));
    found.only('public URL');
    found.is('public URL', 'failed', /API of the store.*r2\.dev/s);
    found.is('region', 'ok', /auto/);
    assert.deepEqual(await bucket.keys(), []);
  });

  test('a wrong secret', async () => {
    const found = await examine(s3Settings(await r2.bucket(), { S3_SECRET_KEY: WRONG_SECRET }));
    found.only('signature');
    found.is('signature', 'failed', /S3_SECRET_KEY/);
  });
});

describe('a directory', () => {
  const local = (more = {}) => ({ IMAGE_STORAGE_DIR: temporaryDirectory('images'), ...more });

  test('when all is right, every check is made, in order, and is ok', async () => {
    const settings = local();
    const found = await examine(settings);
    assert.deepEqual(
      found.findings.map(({ check }) => check),
      LOCAL_CHECKS,
    );
    found.only([]);
    found.is('public URL', 'ok', /file:/);
    assert.deepEqual(readdirSync(settings.IMAGE_STORAGE_DIR), []);
  });

  test('source directories are there and may be read, or are told', async () => {
    const good = temporaryDirectory('sources');
    writeFileSync(`${good}/file`, '');
    const found = await examine(local({ IMAGE_SOURCE_DIRS: `${good}:${good}/no:${good}/file` }));
    found.only('source directories');
    const [first, second, third] = found.of('source directories');
    assert.deepEqual(
      [first.status, second.status, third.status],
      ['ok', 'failed', 'failed'],
    );
    assert.match(second.fix, /IMAGE_SOURCE_DIRS/);
    (await examine(local())).is('source directories', 'ok', /IMAGE_SOURCE_DIRS/);
  });

  test('a directory that is missing is made', async () => {
    const above = temporaryDirectory('images');
    const found = await examine({ IMAGE_STORAGE_DIR: `${above}/one/two` });
    found.only([]);
    found.is('directory', 'ok', /can be created/);
  });

  test('a file in the place of the directory', async () => {
    const above = temporaryDirectory('images');
    writeFileSync(`${above}/file`, '');
    for (const name of ['file', 'file/below']) {
      const found = await examine({ IMAGE_STORAGE_DIR: `${above}/${name}` });
      found.only('directory');
      found.is('directory', 'failed', /IMAGE_STORAGE_DIR/);
      found.is('put', 'skipped', /directory/);
    }
  });

  // Mounts of one's own, that end with the command; not everywhere allowed.
  const mounting = (mount) => ['unshare', '-rm', 'sh', '-c', `${mount} && exec "$@"`, 'sh', PROGRAM];
  const mountMissing = (() => {
    try {
      execFileSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
      return false;
    } catch {
      return 'no mount namespaces here';
    }
  })();

  test('a read-only file system', { skip: mountMissing }, async () => {
    const settings = local();
    const mount = `mount -t tmpfs -o ro none ${settings.IMAGE_STORAGE_DIR}`;
    const found = await examine(settings, { command: mounting(mount) });
    found.only('directory');
    found.is('directory', 'failed', /[Rr]ead-only.*IMAGE_STORAGE_DIR/s);
  });

  test('a full disk', { skip: mountMissing }, async () => {
    const settings = local();
    const directory = settings.IMAGE_STORAGE_DIR;
    const mount =
      `mount -t tmpfs -o size=64k none ${directory} && ` +
      `mkdir ${directory}/generations && { cat /dev/zero >${directory}/filler 2>/dev/null || :; }`;
    const found = await examine(settings, { command: mounting(mount) });
    found.is('free space', 'failed', /full/);
    found.is('put', 'failed', /full/);
  });

  describe('behind a web server', () => {
    const directory = temporaryDirectory('nginx');
    let url;
    before(async () => {
      const { stdout } = await promisify(execFile)('bash', [nginx, 'start', directory]);
      url = stdout.trim();
    });
    after(() => execFileSync('bash', [nginx, 'stop', directory]));
    const served = (more) => examine({ IMAGE_STORAGE_DIR: `${directory}/data`, ...more });

    test('the probe is fetched from there', async () => {
      const found = await served({ IMAGE_STORAGE_URL: url });
      found.is('public URL', 'ok', /without keys/);
      found.only([]);
      assert.deepEqual(readdirSync(`${directory}/data`), []);
    });

    test('a path that is not there, the prefix twice, or another directory', async () => {
      const other = await served({ IMAGE_STORAGE_URL: `${url}/pictures` });
      other.only('public URL');
      other.is('public URL', 'failed', /404.*IMAGE_STORAGE_DIR/s);
      const twice = await served({ IMAGE_STORAGE_URL: `${url}/generations` });
      twice.is('public URL', 'failed', /twice/);
      const found = await examine(local({ IMAGE_STORAGE_URL: url }));
      found.is('public URL', 'failed', /IMAGE_STORAGE_URL/);
    });
  });
});
