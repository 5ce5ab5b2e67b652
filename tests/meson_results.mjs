// SPDX-License-Identifier: MIT
// meson_results.mjs BUILD_DIR: reads what `meson test` logged and prints a line for each test case,
// in the form of e2e/harness/reporter.mjs. A program that speaks TAP counts as its cases; one that
// fails without a failed case (it crashed, say) counts as one more failure.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { testCases } from './tap.mjs';

const print = (outcome, name, reason = '') => console.log(`${outcome}\t${name}\t${reason}`);
const log = readFileSync(path.join(process.argv[2], 'meson-logs/testlog.json'), 'utf8');

for (const line of log.trim().split('\n')) {
  const { name: program, stdout = '', result } = JSON.parse(line);
  const cases = testCases(stdout);
  for (const { name, outcome, reason } of cases) print(outcome, `${program}: ${name}`, reason);
  const good = result === 'OK' || result === 'SKIP';
  if (!good && !cases.some(({ outcome }) => outcome === 'failed')) print('failed', program);
  else if (cases.length === 0)
    print(result === 'SKIP' ? 'skipped' : 'passed', program, `${program} says no more`);
}
