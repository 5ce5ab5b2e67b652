// SPDX-License-Identifier: MIT
// The test cases in what a cmocka program prints with CMOCKA_MESSAGE_OUTPUT=TAP, as { name,
// outcome, reason }. A skipped case reads "not ok 6 # SKIP name", and keeps its reason to itself.
const LINE = /^(not )?ok \d+(?: - (\S+))?(?: # SKIP (\S+))?$/gm;

export const testCases = (text) =>
  [...text.matchAll(LINE)].map(([, not, name, skipped]) =>
    skipped
      ? { name: skipped, outcome: 'skipped', reason: `${skipped} does not apply here` }
      : { name, outcome: not ? 'failed' : 'passed', reason: '' },
  );
