// SPDX-License-Identifier: MIT
// Waiting for things, always with an end to it. Sanitizers make everything slower, so the deadline
// is generous: it is there to fail, not to measure.
import { setTimeout as delay } from 'node:timers/promises';

export const DEADLINE_MS = 60_000;

// Rejects when the promise has not settled in time.
export async function within(promise, what, milliseconds = DEADLINE_MS) {
  const timer = new AbortController();
  const late = delay(milliseconds, null, { signal: timer.signal }).then(
    () => {
      throw new Error(`${what}: nothing after ${milliseconds} ms`);
    },
    () => new Promise(() => {}),
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
}

// Polls until check() gives something true, and returns that.
export async function until(check, what, milliseconds = DEADLINE_MS) {
  const end = performance.now() + milliseconds;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (performance.now() > end) throw new Error(`${what}: not so after ${milliseconds} ms`);
    await delay(5);
  }
}
