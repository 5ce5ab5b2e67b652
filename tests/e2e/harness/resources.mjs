// SPDX-License-Identifier: MIT
// Images as MCP resources: what the results must look like (the members this server sends, of the
// specification's Resource, BlobResourceContents, ...), and what is told of changes.
import assert from 'node:assert/strict';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { modernMeta } from './server.mjs';

const IMAGE_URI =
  '^image://([A-Za-z0-9._-]+/)*\\d{4}-\\d\\d-\\d\\d/[a-z0-9.-]+/[0-9a-f]+_\\d+x\\d+\\.[a-z]+$';

const exactly = (properties, optional = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});
const string = { type: 'string', minLength: 1 };
const uri = { type: 'string', format: 'uri', pattern: IMAGE_URI };
const mimeType = { enum: ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/avif'] };
const annotations = exactly({ lastModified: { type: 'string', format: 'date-time' } });
const size = { type: 'integer', minimum: 0 };
const resource = { uri, name: string, title: string, mimeType, size, description: string };

const members = {
  'resources/list': [
    {
      resources: {
        type: 'array',
        maxItems: 500,
        items: exactly({ ...resource, annotations }, ['description']),
      },
      nextCursor: string,
    },
    ['nextCursor'],
  ],
  'resources/templates/list': [
    {
      resourceTemplates: {
        type: 'array',
        items: exactly({
          uriTemplate: { type: 'string', format: 'uri-template' },
          name: string,
          title: string,
          description: string,
        }),
      },
    },
  ],
  'resources/read': [
    {
      contents: {
        type: 'array',
        minItems: 1,
        maxItems: 1,
        items: exactly({ uri, mimeType, blob: { type: 'string', format: 'byte' } }),
      },
    },
  ],
  'completion/complete': [
    {
      completion: exactly(
        {
          values: { type: 'array', maxItems: 100, items: string },
          total: size,
          hasMore: { type: 'boolean' },
        },
        ['total'],
      ),
    },
  ],
  resource_link: [{ type: { const: 'resource_link' }, ...resource, annotations }, ['annotations']],
};

const modern = {
  resultType: { const: 'complete' },
  _meta: exactly({
    'io.modelcontextprotocol/serverInfo': { type: 'object', required: ['name', 'version'] },
  }),
};
const cached = { ttlMs: size, cacheScope: { enum: ['public', 'private'] } };

const ajv = addFormats(new Ajv2020({ strict: true, strictRequired: false, strictTypes: false }));
const compiled = new Map();

// That a value has exactly the members that it must have, in this era.
export function assertShape(what, value, era = 'legacy') {
  const name = `${what} ${era}`;
  if (!compiled.has(name)) {
    const [own, optional] = members[what];
    const more = era === 'modern' ? modern : {};
    const hints = era === 'modern' && what !== 'completion/complete' ? cached : {};
    compiled.set(name, ajv.compile(exactly({ ...own, ...more, ...hints }, optional)));
  }
  const valid = compiled.get(name);
  assert.ok(valid(value), `${name}: ${ajv.errorsText(valid.errors)} in ${JSON.stringify(value)}`);
}

export const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;
export const NOT_FOUND = -32002; // before 2026-07-28

export const uriOf = (key) => `image://${key}`;
export const TEMPLATE = 'image://{+key}';
export const templateRef = { type: 'ref/resource', uri: TEMPLATE };

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';
const name = (method) => method.split('/').pop();

// What was told to one subscription (undefined: without one), in order: ['updated', uri] and
// ['list_changed'].
export const told = (server, subscription) =>
  server.messages
    .filter(({ method }) => method?.startsWith('notifications/resources/'))
    .filter(({ params }) => params?._meta?.[SUBSCRIPTION] === subscription)
    .map(({ method, params }) => [name(method), ...(params?.uri ? [params.uri] : [])]);

// The result of a request in 2026-07-28, which must look as it should.
export async function ask(server, method, params) {
  const { result, error } = await server.askModern(method, params);
  assert.ok(result, JSON.stringify(error));
  assertShape(method, result, 'modern');
  return result;
}

export async function refused(server, method, params) {
  const { error } = await server.askModern(method, params);
  assert.ok(error, `${method} ${JSON.stringify(params)} was not refused`);
  return error;
}

// Opens a subscription and waits until it is acknowledged; returns what it acknowledges.
export async function listen(server, id, notifications) {
  const params = { notifications, _meta: modernMeta() };
  server.send({ jsonrpc: '2.0', id, method: 'subscriptions/listen', params });
  const { params: acknowledged } = await server.find(
    ({ method, params: p }) =>
      method === 'notifications/subscriptions/acknowledged' &&
      p._meta[SUBSCRIPTION] === id,
    'the acknowledgment',
  );
  return acknowledged.notifications;
}
