// SPDX-License-Identifier: MIT
// A reporter for node --test that writes one line for each test (not for the groups they are in):
//     passed|failed|skipped <tab> name <tab> why it was skipped
export default async function* reporter(events) {
  for await (const { type, data } of events) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.details?.type === 'suite') continue;
    if (isFile(data)) {
      // a program that failed outside its tests
      if (type === 'test:fail' && data.details.error.failureType !== 'subtestsFailed')
        yield `failed\t${data.name}\t\n`;
      continue;
    }
    const outcome =
      type === 'test:fail' ? 'failed' : data.skip !== undefined ? 'skipped' : 'passed';
    const reason = typeof data.skip === 'string' ? data.skip : '';
    yield `${outcome}\t${data.name}\t${reason}\n`;
  }
}

// node counts each test program as a test of its own.
const isFile = ({ nesting, name, file }) =>
  nesting === 0 && (name === file || name.endsWith('.test.mjs'));
