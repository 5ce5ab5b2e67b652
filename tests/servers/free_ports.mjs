// SPDX-License-Identifier: MIT
// free_ports.mjs COUNT: prints that many loopback ports that the kernel says are free. All of them
// are held until the last is known, so that they differ.
import { createServer } from 'node:net';
import { once } from 'node:events';

const held = [];
for (let i = 0; i < Number(process.argv[2]); i++) {
  const socket = createServer().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  held.push(socket);
}
console.log(held.map((socket) => socket.address().port).join(' '));
held.forEach((socket) => socket.close());
