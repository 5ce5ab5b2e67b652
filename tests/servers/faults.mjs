// SPDX-License-Identifier: MIT
// What goes wrong on the way to an object store. A fault is a function that is given an upload
// (node's request and response) and deals with it in its own bad way.
import { once } from 'node:events';

// An error as S3 words it. more: elements besides Code and Message; headers: of the response.
export function answerError(response, status, code, { more = '', headers = {} } = {}) {
  const body =
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code>` +
    `<Message>It was asked to say ${code}</Message>${more}<RequestId>fault</RequestId></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml', ...headers });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

const after = (event) => async (request, response) => {
  request.resume();
  await once(request, 'end');
  event(response);
};
const error = (...answer) => after((response) => answerError(response, ...answer));

export const slowDown = error(503, 'SlowDown');
export const slowDownFor = (seconds) =>
  error(503, 'SlowDown', { headers: { 'retry-after': String(seconds) } });
export const internalError = error(500, 'InternalError');
export const errorInside200 = error(200, 'InternalError');

// Not S3's words but those of something in front of it.
export const badGateway = after((response) => {
  response.writeHead(502, { 'content-type': 'text/html' });
  response.end('<html><body><h1>502 Bad Gateway</h1><p>unclosed</body></html>');
});

// Refused before the body was read, and the connection closed: what R2 does.
export const earlyRefusal = (request, response) => {
  answerError(response, 503, 'SlowDown', { headers: { connection: 'close' } });
};

export const reset = (request) => request.socket.resetAndDestroy();
export const resetAfterBody = after((response) => response.socket.resetAndDestroy());
export const resetInsideBody = async (request) => {
  await once(request, 'data');
  request.socket.resetAndDestroy();
};
export const closed = (request) => request.socket.destroy();
export const garbage = (request) => request.socket.end('It is dark in here.\r\n\r\n');
export const answerCutShort = after((response) => {
  response.writeHead(200, { 'content-length': 1000 }).write('<Put');
  setImmediate(() => response.socket.destroy());
});
export const silence = () => {};

// The bucket is elsewhere, as AWS says it: in the body, or in a header.
export const otherRegion = (region) =>
  error(400, 'AuthorizationHeaderMalformed', { more: `<Region>${region}</Region>` });
export const movedToRegion = (region) =>
  error(301, 'PermanentRedirect', { headers: { 'x-amz-bucket-region': region } });

// The server's clock is that many milliseconds ahead of ours.
export const skewedClock = (milliseconds) =>
  error(403, 'RequestTimeTooSkewed', {
    headers: { date: new Date(Date.now() + milliseconds).toUTCString() },
  });
