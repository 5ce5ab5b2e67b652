// SPDX-License-Identifier: MIT
// The first image that a server saves is fetched from its public URL in the background; if that does
// not work, one of the next results says so, once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCdn, page } from '../servers/cdn.mjs';
import { answerError } from '../servers/faults.mjs';
import { FaultProxy } from '../servers/proxies.mjs';
import { StubStore } from '../servers/stub_store.mjs';
import { until, within } from './harness/deadline.mjs';
import { temporaryDirectory } from './harness/directory.mjs';
import { pngOfSize, saving } from './harness/images.mjs';
import { Library } from './harness/library.mjs';
import { withServer } from './harness/server.mjs';

async function withStore(body) {
  const store = await StubStore.start();
  try {
    return await body(store);
  } finally {
    store.stop();
  }
}

const isNotice = ({ type, text }) => type === 'text' && /^Tell the user/.test(text);

// Saves until a result has a notice, and some more; returns the only one there was.
async function noticeOf(server, settings) {
  const library = new Library(server, null, settings);
  const notices = [];
  const save = async () => {
    const { content } = await library.result('save_image', saving(pngOfSize(500)));
    notices.push(...content.filter(isNotice));
    return notices.length > 0;
  };
  await until(save, 'a notice');
  for (let i = 0; i < 5; i++) await save();
  assert.equal(notices.length, 1);
  return notices[0].text;
}

test('a bucket that is not public is told once, with the URL and the way out', () =>
  withStore((store) =>
    withCdn(
      (response) => answerError(response, 403, 'AccessDenied'),
      (url, paths) => {
        const settings = store.settings({ S3_CDN_URL: url });
        return withServer(settings, async (server) => {
          const text = await noticeOf(server, settings);
          assert.match(text, /does not allow public reads.*policy.*image-storage-mcp doctor/s);
          assert.ok(text.includes(`${url}${paths[0]}`), text);
          assert.equal(paths.length, 1, 'it is looked at once');
        });
      },
    ),
  ));

test('a web server that does not serve the directory is told', () =>
  withCdn(page('<html>Welcome</html>'), (url) => {
    const settings = { IMAGE_STORAGE_DIR: temporaryDirectory('images'), IMAGE_STORAGE_URL: url };
    return withServer(settings, async (server) => {
      assert.match(await noticeOf(server, settings), /web page.*IMAGE_STORAGE_DIR/s);
    });
  }));

test('a result that is a failure carries it, too', () => {
  let release;
  const saved = new Promise((done) => (release = done)); // or the save itself may carry it
  return withStore((store) =>
    withCdn(
      (response) => saved.then(() => response.writeHead(404).end()),
      (url) =>
        withServer(store.settings({ S3_CDN_URL: url }), async (server) => {
          await server.saved(saving(pngOfSize(500)));
          release();
          const fail = async () => {
            const result = await server.save({ data: 'x', prompt: 'a', model: 'b' });
            assert.equal(result.isError, true);
            return result.content.some(isNotice);
          };
          await until(fail, 'a notice');
        }),
    ),
  );
});

test('a presigned URL that does not work is not repeated', () =>
  withStore(async (store) => {
    const proxy = await FaultProxy.start(store.url);
    proxy.pick = ({ url }) =>
      url.includes('X-Amz-Signature')
        ? (request, response) => answerError(response, 403, 'AccessDenied')
        : undefined;
    const settings = store.settings({ S3_ENDPOINT: proxy.url });
    try {
      await withServer(settings, async (server) => {
        const text = await noticeOf(server, settings);
        assert.match(text, /presigned/);
        assert.doesNotMatch(text, /X-Amz/);
      });
    } finally {
      proxy.stop();
    }
  }));

test('a URL that works is no matter', () =>
  withStore((store) =>
    withCdn(
      (response, path) => {
        const { body, headers } = store.objects.get(`/images${path}`);
        response.writeHead(200, { 'content-type': headers['content-type'] }).end(body);
      },
      (url, paths) =>
        withServer(store.settings({ S3_CDN_URL: url }), async (server) => {
          await server.saved(saving(pngOfSize(300_000)));
          await until(() => paths.length === 1, 'the look at it');
          for (let i = 0; i < 20; i++) {
            const { content } = await server.save(saving(pngOfSize(500)));
            assert.ok(!content.some(isNotice));
          }
          assert.equal(paths.length, 1);
        }),
    ),
  ));

test('nobody waits for a URL that does not answer: neither the result nor the end', () =>
  withStore((store) =>
    withCdn(
      () => {},
      (url, paths) =>
        withServer(store.settings({ S3_CDN_URL: url }), async (server) => {
          await within(server.saved(saving(pngOfSize(500))), 'the result', 10_000);
          await until(() => paths.length === 1, 'the look at it');
          server.child.stdin.end();
          assert.equal((await server.exit(10_000)).code, 0);
        }),
    ),
  ));
