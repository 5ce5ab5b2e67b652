// SPDX-License-Identifier: MIT
// bench.mjs PROGRAM TOOLS SINK_URL: has the server measured from outside (TOOLS/driver) and prints
// a table with the budget beside each number. A save is measured from its first byte to the last of
// its answer, the server being up and connected; the bare PUT (TOOLS/put_floor) of the same bytes to
// the same sink is measured right before and right after it, and the better is taken. The budgets of
// saves belong to a machine whose bare PUT of 10 MB takes 6 ms: on another, look at the ratio.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { png, pngOfSize } from '../e2e/harness/images.mjs';

const [program, tools, sink] = process.argv.slice(2);
const directory = mkdtempSync(path.join(tmpdir(), 'image-storage-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

const META =
  '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",' +
  '"io.modelcontextprotocol/clientCapabilities":{}}';
const DISCOVER = `{"jsonrpc":"2.0","id":0,"method":"server/discover","params":{${META}}}\n`;
const INITIALIZE =
  '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",' +
  '"capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}\n';
const saveLine = (image, id) =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"save_image","arguments":` +
  `{"prompt":"bench","model":"bench","data":"${image.toString('base64')}"},${META}}}\n`;

const local = { IMAGE_STORAGE_DIR: directory };
const s3 = {
  S3_ENDPOINT: sink,
  S3_BUCKET: 'images',
  S3_ACCESS_KEY: 'bench',
  S3_SECRET_KEY: 'bench-secret-key',
  S3_ADDRESSING_STYLE: 'path',
  S3_CDN_URL: 'https://cdn.example',
};

const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
const median = (numbers) => sorted(numbers)[Math.floor(numbers.length / 2)];

function drive(environment, args, input) {
  const env = { PATH: process.env.PATH, HOME: directory, ...environment };
  const output = execFileSync(path.join(tools, 'driver'), args, { env, input, maxBuffer: 1e8 });
  return output.toString().trim().split('\n');
}

const rows = [];
function row(what, value, unit, budget, note = '') {
  const show = (number) => `${number.toFixed(number < 10 ? 2 : 1)} ${unit}`;
  const verdict = budget === undefined ? '' : value <= budget ? 'ok' : 'over';
  rows.push([what, show(value), budget === undefined ? '' : `${budget} ${unit}`, verdict, note]);
}

function startUp(name, environment, line) {
  const runs = drive(environment, ['first', program, '20'], line).map((text) =>
    text.split(' ').map(Number),
  );
  const times = runs.map(([time]) => time);
  row(
    `first answer, ${name}`,
    median(times),
    'ms',
    15,
    `fastest ${sorted(times)[0].toFixed(2)} ms`,
  );
  row('  idle memory', median(runs.map(([, memory]) => memory)) / 1024, 'MB', 12);
}

function barePut(bytes, runs) {
  const file = path.join(directory, 'bytes');
  writeFileSync(file, bytes);
  const output = execFileSync(path.join(tools, 'put_floor'), [sink, file, String(runs)]);
  return median(output.toString().trim().split('\n').map(Number));
}

function saves(name, bytes, runs, budget) {
  const warmUp = 3;
  const images = Array.from({ length: runs + warmUp }, () => pngOfSize(bytes));
  const input = images.map(saveLine).join('');
  const before = barePut(images[0], runs);
  const output = drive(s3, ['each', program], input);
  const floor = Math.min(before, barePut(images[0], runs));
  const peak = Number(output.pop().split(' ')[1]) / 1024;
  const value = median(output.slice(warmUp).map(Number));
  const ratio = `${(value / floor).toFixed(1)} times the bare PUT (${floor.toFixed(2)} ms)`;
  row(`save of ${name}`, value, 'ms', budget, ratio);
  row('  peak memory beyond the image', peak - images[0].length / 1024 / 1024, 'MB', 14);
}

function pipelined(count, bytes) {
  const images = [png(), ...Array.from({ length: count }, () => pngOfSize(bytes))];
  const [took, peak] = drive(s3, ['all', program], images.map(saveLine).join(''));
  const rate = (count * bytes) / 1e6 / (Number(took) / 1000);
  row(`${count} saves of 1 MB at once`, Number(took), 'ms', undefined, `${rate.toFixed(0)} MB/s`);
  row('  peak memory', Number(peak.split(' ')[1]) / 1024, 'MB');
}

startUp('server/discover, local', local, DISCOVER);
startUp('initialize, local', local, INITIALIZE);
startUp('server/discover, s3', s3, DISCOVER);
startUp('initialize, s3', s3, INITIALIZE);
saves('0.1 MB', 100_000, 200, 0.5);
saves('1 MB', 1_000_000, 100, 2.2);
saves('10 MB', 10_000_000, 20, 23);
pipelined(64, 1_000_000);

const table = [['', 'measured', 'budget', '', ''], ...rows];
const widths = table[0].map((_, column) => Math.max(...table.map((cells) => cells[column].length)));
for (const cells of table) {
  const padded = cells.map((cell, i) =>
    i === 1 || i === 2 ? cell.padStart(widths[i]) : cell.padEnd(widths[i]),
  );
  console.log(padded.join('  ').trimEnd());
}
