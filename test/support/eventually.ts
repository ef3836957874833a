import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 10;

/** Repeats an assertion until it holds; after `timeoutMs` its own failure is thrown. */
export async function eventually<T>(assertion: () => Promise<T> | T, timeoutMs = 5_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(POLL_MS);
    }
  }
}
