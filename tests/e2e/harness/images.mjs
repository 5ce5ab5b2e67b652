// SPDX-License-Identifier: MIT
// Real images of any size, made here: PNG is simple enough to be written by hand.
import { createHash, randomBytes } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  const check = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

// A PNG of 8-bit RGB noise, different each time. Noise does not compress, so its size is about
// 3 * width * height bytes. `text` goes into a tEXt chunk.
export function png({ width = 8, height = 8, text = '' } = {}) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = randomBytes((width * 3 + 1) * height);
  for (let y = 0; y < height; y++) rows[y * (width * 3 + 1)] = 0; // filter: none
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    ...(text ? [chunk('tEXt', Buffer.from(`Comment\0${text}`, 'latin1'))] : []),
    chunk('IDAT', deflateSync(rows, { level: 0 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

// A PNG of about so many bytes.
export function pngOfSize(bytes) {
  const side = Math.max(1, Math.round(Math.sqrt(bytes / 3)));
  return png({ width: side, height: side });
}

// A PNG of exactly so many bytes (at least 200): the comment takes up the slack.
export function pngOfExactSize(bytes) {
  const plain = png({ width: 4, height: 4, text: 'x' });
  return png({ width: 4, height: 4, text: 'x'.repeat(bytes - plain.length + 1) });
}

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
export const base64 = (bytes) => bytes.toString('base64');

// What save_image wants to know about an image, at the least.
export const saving = (bytes, more = {}) => ({
  data: base64(bytes),
  prompt: 'a lighthouse in fog',
  model: 'test-model',
  ...more,
});
