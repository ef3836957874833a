import { setTimeout as delay } from 'node:timers/promises';

const TIMEOUT_MS = 20_000;
const INTERVAL_MS = 20;

/** The first value that satisfies the condition; fails with the last one when none does in time. */
export async function eventually<T>(
  read: () => Promise<T>,
  holds: (value: T) => boolean,
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() >= deadline) throw new Error(`Not within ${timeoutMs} ms; at last: ${JSON.stringify(value)}`);
    await delay(INTERVAL_MS);
  }
}
