// SPDX-License-Identifier: MIT
// The official MCP clients: 1.x speaks the revisions with a handshake, 2.x the one without.
import * as v2 from '@modelcontextprotocol/client';
import * as v2Stdio from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CLIENT_INFO, LEGACY, MODERN, PROGRAM, assertHealthy, environment } from './server.mjs';

// The 1.x client always asks for the newest revision it knows; so an older one is written into its
// first message on the way out. Everything after that is the client's own doing.
class OlderTransport extends TransportV1 {
  constructor(parameters, version) {
    super(parameters);
    this.version = version;
  }

  send(message) {
    if (message.method === 'initialize') message.params.protocolVersion = this.version;
    return super.send(message);
  }

  setProtocolVersion(version) {
    this.negotiated = version;
  }
}

async function withClient(client, transport, body) {
  let stderr = '';
  transport.stderr.on('data', (text) => (stderr += text));
  await client.connect(transport);
  try {
    return await body(client);
  } finally {
    await client.close();
    assertHealthy(stderr);
  }
}

const parameters = (settings) => ({
  command: PROGRAM,
  env: environment(settings),
  stderr: 'pipe',
});

// Every client, as [name, run(settings, body)]; body gets a connected client, and the revision that
// was agreed on.
export const clients = [
  ...LEGACY.map((version) => [
    `client 1.x in ${version}`,
    (settings, body) => {
      const transport = new OlderTransport(parameters(settings), version);
      const client = new ClientV1(CLIENT_INFO);
      return withClient(client, transport, () => body(client, transport.negotiated, version));
    },
  ]),
  [
    `client 2.x in ${MODERN}`,
    (settings, body) => {
      const transport = new v2Stdio.StdioClientTransport(parameters(settings));
      const client = new v2.Client(CLIENT_INFO, { versionNegotiation: { mode: { pin: MODERN } } });
      return withClient(client, transport, () =>
        body(client, client.getNegotiatedProtocolVersion(), MODERN),
      );
    },
  ],
  [
    'client 2.x that finds out the revision',
    (settings, body) => {
      const transport = new v2Stdio.StdioClientTransport(parameters(settings));
      const client = new v2.Client(CLIENT_INFO, { versionNegotiation: { mode: 'auto' } });
      return withClient(client, transport, () =>
        body(client, client.getNegotiatedProtocolVersion(), MODERN),
      );
    },
  ],
];
