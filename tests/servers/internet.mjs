// SPDX-License-Identifier: MIT
// An internet of one machine, to be run in a network and mount namespace of its own (unshare -nm):
//     node internet.mjs DIR NAME=ADDRESS[,ADDRESS...]...
// The addresses are routed to this machine, public or not, but for !ADDRESS, which nothing can be
// reached at; those with a + are addresses of an interface of it, too. A name server knows the names; "NAME=A then B" is A the first time and
// B from then on. Every address serves https, with a
// certificate of an authority that the whole namespace trusts, and DIR/files; what is asked of it
// beside files is in `pages`. Says "ready" on stdout, then answers each line of its input with what
// was asked since the last, and ends with its input.
import { execFileSync } from 'node:child_process';
import dgram from 'node:dgram';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';

const [directory, ...entries] = process.argv.slice(2);
const run = (command, ...args) => execFileSync(command, args, { stdio: ['ignore', 2, 2] });

const names = new Map(
  entries.map((entry) => {
    const [name, value] = entry.split('=');
    return [name, value.split(' then ').map((addresses) => addresses.split(','))];
  }),
);
const plain = (address) => address.replace(/^[!+]/, '');
const addresses = new Set([...names.values()].flat(2).filter((address) => address[0] !== '!'));

// --- the machine ---------------------------------------------------------------------------------

// Puts a text in the place of a system file, for this namespace only.
function overlay(file, text) {
  if (!existsSync(file)) return;
  const mine = path.join(directory, path.basename(file));
  writeFileSync(mine, text);
  run('mount', '--bind', mine, file);
}

function certificate(name, alternatives) {
  const script = fileURLToPath(new URL('certificate.sh', import.meta.url));
  const place = path.join(directory, name);
  run('bash', script, place, alternatives.join(','));
  const read = (file) => readFileSync(path.join(place, file));
  return { ca: read('ca.pem'), cert: read('server.pem'), key: read('server-key.pem') };
}

mkdirSync(path.join(directory, 'files'), { recursive: true });
const literal = [...addresses].map((address) => `IP:${plain(address)}`);
const good = certificate('good', [...[...names.keys()].map((name) => `DNS:${name}`), ...literal]);
const untrusted = certificate('untrusted', ['DNS:untrusted.example']);

overlay('/etc/ssl/certs/ca-certificates.crt', good.ca);
overlay('/etc/hosts', '127.0.0.1 localhost\n::1 localhost\n');
overlay('/etc/resolv.conf', 'nameserver 127.0.0.1\noptions timeout:5 attempts:1\n');
overlay('/etc/nsswitch.conf', 'hosts: files dns\n');
run('ip', 'link', 'set', 'lo', 'up');
for (const address of addresses) {
  if (/^(127\.|::1$|::ffff:)/.test(address)) continue; // it has those already
  const own = address[0] === '+' ? ['address', 'add'] : ['route', 'add', 'local'];
  const family = address.includes(':') ? '-6' : '-4';
  run('ip', family, ...own, plain(address), 'dev', 'lo');
}

// --- its names -----------------------------------------------------------------------------------

function packAddress(address) {
  if (net.isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const ipv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (ipv4) return Buffer.concat([Buffer.alloc(10), Buffer.from([255, 255]), packAddress(ipv4)]);
  const [head, tail] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const groups = [
    ...head,
    ...Array(8 - head.length - (tail?.length ?? 0)).fill('0'),
    ...(tail ?? []),
  ];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

const A = 1;
const AAAA = 28;
const NO_SUCH_NAME = 3;

// RFC 1035, section 4: the question again, and an answer for each address of its type.
function answer(query) {
  const labels = [];
  let at = 12;
  for (; query[at] > 0; at += query[at] + 1)
    labels.push(query.toString('latin1', at + 1, at + 1 + query[at]));
  const question = query.subarray(12, at + 5);
  const type = query.readUInt16BE(at + 1);
  const turns = names.get(labels.join('.').toLowerCase());
  const family = { [A]: 4, [AAAA]: 6 }[type];
  const all = (turns?.[0] ?? []).map(plain);
  const found = all.filter((address) => net.isIP(address) === family);
  if (found.length > 0 && turns.length > 1) turns.shift();
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8580 | (turns ? 0 : NO_SUCH_NAME), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(found.length, 6);
  const records = found.map((address) => {
    const data = packAddress(address);
    const record = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length]);
    return Buffer.concat([record, data]);
  });
  return Buffer.concat([header, question, ...records]);
}

const resolver = dgram.createSocket('udp4');
resolver.on('message', (query, from) => resolver.send(answer(query), from.port, from.address));

// --- its pages -----------------------------------------------------------------------------------

let connections = []; // the addresses that were connected to
let requests = []; // what was asked there
let open = 0; // pages that have not ended
let silent = 0; // ... and that have begun, but will not go on

// Writes without end, until the other side has had enough.
const flood = (stream, bytes) => {
  while (!stream.destroyed && stream.write(bytes));
  if (!stream.destroyed) stream.once('drain', () => flood(stream, bytes));
};
const zeros = Buffer.alloc(65536);

const redirect = (response, location) => response.writeHead(302, { location }).end('elsewhere');
const html = '<!doctype html><html><title>A page about cats</title></html>';

const pages = {
  to: (response, url) => redirect(response, decodeURIComponent(url.search.slice(1))),
  chain: (response, url, left) =>
    redirect(response, left > 1 ? `/chain/${left - 1}` : '/files/cat.png'),
  status: (response, url, status) => response.writeHead(Number(status)).end(html),
  page: (response) => response.writeHead(200, { 'content-type': 'image/png' }).end(html),
  as: (response, url, top, sub, file) =>
    response.writeHead(200, { 'content-type': `${top}/${sub}` }).end(readFile(file)),
  large: (response) => flood(response.writeHead(200, { 'content-length': 1e9 }), zeros),
  endless: (response) => flood(response, zeros),
  cut: (response) => {
    response.writeHead(200, { 'content-length': 400_000 });
    response.write(readFile('cat.png'), () => response.socket.destroy());
  },
  silent: (response) => {
    let left = 5;
    const timer = setInterval(() => {
      response.write('\x89PNG');
      if (--left > 0) return;
      clearInterval(timer);
      silent++;
    }, 100);
  },
  drip: (response) => {
    const timer = setInterval(() => response.write('x'), 500);
    response.on('close', () => clearInterval(timer));
  },
  headers: (response) => {
    response.socket.write('HTTP/1.1 200 OK\r\n');
    flood(response.socket, `x-more: ${'x'.repeat(1000)}\r\n`);
  },
};

const fileOf = (name) => path.join(directory, 'files', path.basename(name));
const readFile = (name) => readFileSync(fileOf(name));

const web = https.createServer(
  {
    ...good,
    SNICallback: (name, done) =>
      done(null, tls.createSecureContext(name === 'untrusted.example' ? untrusted : good)),
  },
  (request, response) => {
    const url = new URL(request.url, `https://${request.headers.host}`);
    const [, first, ...rest] = url.pathname.split('/');
    requests.push(`${request.headers.host}${request.url}`);
    open++;
    response.on('close', () => open--).on('error', () => {});
    const file = rest.join('/');
    if (pages[first]) pages[first](response, url, ...rest);
    else if (existsSync(fileOf(file))) response.end(readFile(file));
    else pages.status(response, url, 404);
  },
);
const note = (socket) => {
  connections.push(`${socket.localAddress.replace(/^::ffff:/, '')} ${socket.localPort}`);
  socket.on('error', () => {});
};
web.on('connection', note).on('tlsClientError', () => {});
const hangUp = (socket) => {
  note(socket);
  socket.destroy();
};

// Servers count a connection when they come to it; two turns of the loop are enough for that.
const report = () =>
  setImmediate(() =>
    setImmediate(() => {
      console.log(JSON.stringify({ connections, requests, open, silent }));
      connections = [];
      requests = [];
    }),
  );

createInterface({ input: process.stdin })
  .on('line', report)
  .on('close', () => process.exit(0));
await new Promise((done) => resolver.bind(53, '127.0.0.1', done));
await new Promise((done) => web.listen(443, '::', done));
for (const port of [80, 3128])
  await new Promise((done) => net.createServer(hangUp).listen(port, '::', done));
console.log('ready');
