// SPDX-License-Identifier: MIT
// The tools that deal with what is stored, called with every result held against the tool's
// outputSchema.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { pngOfSize, saving } from './images.mjs';
import { cephStore, directoryStore, r2Store } from './views.mjs';

export class Library {
  #valid = new Map();

  constructor(server, view, settings) {
    Object.assign(this, { server, view, settings });
  }

  async #validator(tool) {
    if (this.#valid.size === 0) {
      const ajv = addFormats(new Ajv2020({ strict: true, strictRequired: false }));
      const { tools } = (await this.server.askModern('tools/list')).result;
      for (const { name, outputSchema } of tools) this.#valid.set(name, ajv.compile(outputSchema));
    }
    return this.#valid.get(tool);
  }

  // The whole result of a call that must succeed.
  async result(tool, args = {}, meta = {}) {
    const result = await this.server.call(tool, args, meta);
    assert.notEqual(result.isError, true, `${tool}: ${result.content?.[0]?.text}`);
    await this.validate(tool, result.structuredContent);
    assert.equal(result.content[0].type, 'text');
    return result;
  }

  // Holds facts against the outputSchema of a tool.
  async validate(tool, facts) {
    const valid = await this.#validator(tool);
    assert.ok(valid(facts), `${tool}: ${JSON.stringify(valid.errors)} in ${JSON.stringify(facts)}`);
  }

  // Its facts.
  async call(tool, args) {
    return (await this.result(tool, args)).structuredContent;
  }

  // The sentence of a call that must fail.
  async refused(tool, args) {
    const result = await this.server.call(tool, args);
    assert.equal(result.isError, true, `${tool} ${JSON.stringify(args)} was not refused`);
    assert.equal(result.content[0].type, 'text');
    assert.ok(result.content[0].text.length > 20, result.content[0].text);
    return result.content[0].text;
  }

  // Saves a small new image. Images of a day are in the order of the store's dates, which have
  // milliseconds: so the next one comes later.
  async save(more = {}) {
    const facts = await this.server.saved(saving(pngOfSize(500), more));
    await delay(2);
    return facts;
  }

  // One for each of these; returns their keys.
  async saveAll(each) {
    const keys = [];
    for (const more of each) keys.push((await this.save(more)).key);
    return keys;
  }

  list = (args) => this.call('list_images', args);

  async listed(args) {
    return (await this.list(args)).images.map(({ key }) => key);
  }
}

// Noon of a day, as save_image takes it.
export const on = (day) => `${day}T12:00:00Z`;

// The day (UTC) so many days ago.
export const daysAgo = (days) =>
  new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

// it(name, body(library), settings) is a test in a new place of its own, on every store.
export function onEveryStore(define) {
  for (const store of [directoryStore, cephStore, r2Store]) {
    describe(`in ${store.name}`, () => {
      before(() => store.start());
      after(() => store.stop());
      const it = (name, body, settings = {}) =>
        test(name, { skip: store.skip }, () =>
          store.run((...place) => body(new Library(...place)), settings),
        );
      define(it, store);
    });
  }
}
