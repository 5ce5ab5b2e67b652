// SPDX-License-Identifier: MIT
// What can answer at a public URL: runs body(url, paths) with a server on which answer(response, path)
// deals with every request; paths are those that were asked for.
import { once } from 'node:events';
import http from 'node:http';

export async function withCdn(answer, body) {
  const paths = [];
  const server = http.createServer((request, response) => {
    paths.push(request.url);
    answer(response, request.url);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await body(`http://127.0.0.1:${server.address().port}`, paths);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

export const page = (html) => (response) =>
  response.writeHead(200, { 'content-type': 'text/html' }).end(html);
