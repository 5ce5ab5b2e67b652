// SPDX-License-Identifier: MIT
// What can stand between the program and a store: FaultProxy takes the store's place and spoils some
// uploads before it lets them through, or makes everything slow; Http2Proxy speaks HTTP/2 in the
// store's place, as R2 and CDNs do; ForwardProxy is a proxy as http_proxy and https_proxy name it.
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${server.address().port}`;
}

// Passes a request on as it is, Host header included, so that its signature stays right.
function pass(request, response, target) {
  const { method, headers } = request;
  const onward = http.request(target, { method, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode, answer.rawHeaders);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

export class FaultProxy {
  faults = []; // for the next uploads, one each; see faults.mjs
  pick = ({ method }) => (method === 'PUT' ? this.faults.shift() : undefined); // the fault of a request
  requests = []; // { method, url, headers }
  latency = 0; // milliseconds, of every request; or a function of the request
  waiting = 0; // requests that are being held up for so long

  // A fault of its own: the upload reaches the store, and then the line goes dead.
  losesTheAnswer = (request, response) => {
    const { method, url, headers } = request;
    const onward = http.request(new URL(url, this.target), { method, headers, agent: false });
    onward.on('response', (answer) =>
      answer.resume().on('end', () => response.socket.resetAndDestroy()),
    );
    request.pipe(onward);
  };

  static async start(target) {
    const proxy = new FaultProxy();
    proxy.target = target;
    proxy.server = http.createServer(async (request, response) => {
      const { method, url, headers } = request;
      proxy.requests.push({ method, url, headers });
      const fault = proxy.pick(request);
      request.on('error', () => {});
      const latency =
        typeof proxy.latency === 'function' ? proxy.latency(request) : proxy.latency;
      if (latency > 0) await proxy.#hold(response, latency);
      if (response.destroyed) return;
      if (fault) await fault(request, response);
      else pass(request, response, new URL(url, proxy.target));
    });
    proxy.url = await listen(proxy.server);
    return proxy;
  }

  // Until its time has come, or the client has gone.
  async #hold(response, latency) {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    this.waiting++;
    await delay(latency, null, { signal: gone.signal }).catch(() => {});
    this.waiting--;
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
  }
}

export class Http2Proxy {
  connections = 0;
  waiting = 0; // uploads that hang
  #stalled = false;

  // tls: { key, cert } of a certificate for 127.0.0.1
  static async start(target, tls) {
    const proxy = new Http2Proxy();
    proxy.server = http2.createSecureServer(tls);
    proxy.server.on('session', () => proxy.connections++);
    proxy.server.on('stream', (stream, headers) => proxy.#pass(stream, headers, target));
    proxy.url = (await listen(proxy.server)).replace('http:', 'https:');
    return proxy;
  }

  // From now on uploads are taken and not answered.
  stall() {
    this.#stalled = true;
  }

  release() {
    this.#stalled = false;
  }

  #pass(stream, headers, target) {
    const plain = Object.entries(headers).filter(([name]) => !name.startsWith(':'));
    const method = headers[':method'];
    stream.on('error', () => {});
    if (method === 'PUT' && this.#stalled) {
      this.waiting++;
      stream.resume().on('close', () => this.waiting--);
      return;
    }
    const onward = http.request(new URL(headers[':path'], target), {
      method,
      headers: { ...Object.fromEntries(plain), host: headers[':authority'] },
      agent: false,
    });
    onward.on('response', (answer) => {
      const { connection, 'transfer-encoding': _, 'keep-alive': __, ...kept } = answer.headers;
      if (stream.destroyed) return;
      stream.respond({ ':status': answer.statusCode, ...kept });
      answer.pipe(stream);
    });
    onward.on('error', () => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
    stream.pipe(onward);
  }

  stop() {
    this.server.close();
  }
}

export class ForwardProxy {
  seen = []; // "PUT http://..." and "CONNECT host:port"

  static async start() {
    const proxy = new ForwardProxy();
    proxy.server = http.createServer((request, response) => {
      const url = new URL(request.url); // absolute: that is what makes it a proxy request
      proxy.seen.push(`${request.method} ${url.origin}`);
      url.hostname = '127.0.0.1';
      pass(request, response, url);
    });
    proxy.server.on('connect', (request, socket, head) => {
      proxy.seen.push(`CONNECT ${request.url}`);
      const onward = net.connect(Number(request.url.split(':')[1]), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connected\r\n\r\n');
        onward.write(head);
        onward.pipe(socket);
        socket.pipe(onward);
      });
      for (const end of [onward, socket])
        end.on('error', () => onward.destroy() && socket.destroy());
    });
    proxy.url = await listen(proxy.server);
    return proxy;
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
  }
}
