// SPDX-License-Identifier: MIT
// The program under test, run as a host runs it, and spoken to line by line. Whatever it writes is
// checked as it comes: one JSON-RPC message a line, and no request answered twice.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { until, within } from './deadline.mjs';
import { temporaryDirectory } from './directory.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
export const PROGRAM = process.env.IMAGE_STORAGE_MCP ?? `${root}build/image-storage-mcp`;
if (!existsSync(PROGRAM))
  throw new Error(`${PROGRAM} is not there: build it, or set IMAGE_STORAGE_MCP`);

export const MODERN = '2026-07-28';
export const LEGACY = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
export const CLIENT_INFO = { name: 'e2e', version: '1' };

export const modernMeta = (more = {}) => ({
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
  'io.modelcontextprotocol/clientCapabilities': {},
  ...more,
});

// The environment a program gets: nothing of the tester's own but what it takes to run.
export function environment(settings = {}) {
  const kept = ['PATH', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS', 'TSAN_OPTIONS'];
  const base = Object.fromEntries(
    kept.filter((n) => n in process.env).map((n) => [n, process.env[n]]),
  );
  return { ...base, HOME: temporaryDirectory('home'), ...settings };
}

// Nothing that a sanitizer, an assertion or the C library would say has been said.
export function assertHealthy(stderr) {
  assert.doesNotMatch(
    stderr,
    /Sanitizer|runtime error:|Assertion .* failed|stack smashing|double free/,
  );
}

export class Server {
  messages = []; // everything it has said, in order
  stderr = '';
  #rest = [];
  #asked = new Map(); // id as JSON -> { sent, answered }
  #nextId = 1000; // below are the tests' own

  // settings: its environment; args: its command line; enter: the command that it is run by.
  constructor(settings = {}, args = [], enter = []) {
    const [command, ...rest] = [...enter, PROGRAM, ...args];
    this.child = spawn(command, rest, { env: environment(settings), stdio: 'pipe' });
    this.child.stdin.on('error', () => {}); // it may have gone away first: that shows elsewhere
    this.child.stderr.setEncoding('utf8').on('data', (text) => (this.stderr += text));
    this.child.stdout.on('data', (bytes) => this.#receive(bytes));
    this.exited = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => resolve({ code, signal, stderr: this.stderr }));
    });
  }

  #receive(bytes) {
    for (let end; (end = bytes.indexOf(10)) >= 0; bytes = bytes.subarray(end + 1)) {
      this.#rest.push(bytes.subarray(0, end));
      this.#take(Buffer.concat(this.#rest).toString('utf8'));
      this.#rest = [];
    }
    if (bytes.length > 0) this.#rest.push(bytes);
  }

  #take(line) {
    const whole = JSON.parse(line);
    this.messages.push(whole);
    for (const message of Array.isArray(whole) ? whole : [whole]) {
      assert.equal(message.jsonrpc, '2.0', line);
      if ('method' in message) {
        assert.ok(!('id' in message), `the server must not send requests: ${line}`);
        continue;
      }
      assert.equal('result' in message, !('error' in message), line);
      if (message.id === undefined || message.id === null) continue;
      const asked = this.#asked.get(JSON.stringify(message.id));
      assert.ok(asked, `an answer to nothing that was asked: ${line}`);
      asked.answered++;
      assert.ok(asked.answered <= asked.sent, `answered more than once: ${line}`);
    }
  }

  #note(message) {
    for (const each of Array.isArray(message) ? message : [message]) {
      if (!each || typeof each !== 'object' || !('id' in each)) continue;
      const id = JSON.stringify(each.id);
      const asked = this.#asked.get(id) ?? { sent: 0, answered: 0 };
      asked.sent++;
      this.#asked.set(id, asked);
    }
  }

  // Bytes as they are. ids: those that an answer may carry.
  write(bytes, ...ids) {
    this.#note(ids.map((id) => ({ id })));
    this.child.stdin.write(bytes);
  }

  // A message (or a batch of them) as one line.
  send(message) {
    this.#note(message);
    this.child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  newId() {
    return this.#nextId++;
  }

  // The first message for which test() is true, now or later.
  find(test, what) {
    let seen = 0;
    return until(() => {
      while (seen < this.messages.length) {
        const message = this.messages[seen++];
        if (test(message)) return message;
      }
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`${what}: the server has ended (${this.child.exitCode}): ${this.stderr}`);
      return undefined;
    }, what);
  }

  answerTo(id) {
    return this.find((message) => 'id' in message && message.id === id, `the answer to ${id}`);
  }

  // Errors that could not be given to any request.
  answerToNobody(count = 1) {
    let seen = 0;
    const nobody = (m) => !Array.isArray(m) && !('method' in m) && (m.id ?? null) === null;
    return this.find((message) => nobody(message) && ++seen === count, 'an error without an id');
  }

  // Sends a request as it is and returns the whole answer.
  ask(method, params, id = this.newId()) {
    this.send({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) });
    return this.answerTo(id);
  }

  // The same with the _meta of 2026-07-28.
  askModern(method, params = {}, meta = {}, id = this.newId()) {
    return this.ask(method, { ...params, _meta: modernMeta(meta) }, id);
  }

  async initialize(protocolVersion = LEGACY[0]) {
    const params = { protocolVersion, capabilities: {}, clientInfo: CLIENT_INFO };
    const answer = await this.ask('initialize', params);
    this.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return answer;
  }

  // Calls a tool; the answer must be a tool result.
  async call(name, args, meta = {}) {
    const answer = await this.askModern('tools/call', { name, arguments: args }, meta);
    assert.ok(answer.result, JSON.stringify(answer.error));
    return answer.result;
  }

  save(args, meta = {}) {
    return this.call('save_image', args, meta);
  }

  // ... that is no failure; returns the facts.
  async saved(args) {
    const result = await this.save(args);
    assert.notEqual(result.isError, true, result.content?.[0]?.text);
    return result.structuredContent;
  }

  // ... that is a failure; returns its sentence.
  async refused(args) {
    const result = await this.save(args);
    assert.equal(result.isError, true, 'it was not refused');
    assert.equal(result.content[0].type, 'text');
    return result.content[0].text;
  }

  // It still answers: whatever came before has not hurt it.
  async alive() {
    const answer = await this.askModern('server/discover');
    assert.ok(answer.result, JSON.stringify(answer));
  }

  exit(milliseconds) {
    return within(this.exited, 'the end of the server', milliseconds);
  }

  // Ends its input, and checks that it ends well: everything answered, nothing half said.
  async end() {
    this.child.stdin.end();
    const exit = await this.exit();
    assertHealthy(this.stderr);
    assert.deepEqual(
      { code: exit.code, signal: exit.signal },
      { code: 0, signal: null },
      this.stderr,
    );
    assert.equal(Buffer.concat(this.#rest).length, 0, 'its last line has no end');
  }

  unanswered() {
    return [...this.#asked].filter(([, { sent, answered }]) => answered < sent).map(([id]) => id);
  }
}

// Runs body with a server and ends it well; when the body fails, the server goes at once.
export async function withServer(settings, body, enter = []) {
  const server = new Server(settings, [], enter);
  try {
    const value = await body(server);
    await server.end();
    return value;
  } catch (error) {
    if (server.stderr) error.message += `\n--- its stderr ---\n${server.stderr}`;
    throw error;
  } finally {
    server.child.kill('SIGKILL');
  }
}

// A server that keeps images in a new directory of its own.
export function withLocalServer(body) {
  const directory = temporaryDirectory('images');
  return withServer({ IMAGE_STORAGE_DIR: directory }, (server) => body(server, directory));
}
