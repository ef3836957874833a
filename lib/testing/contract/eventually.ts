import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 10;
/** No promise of speed: what may come at any time has not come on the busiest machine either. Below the bounds of tests. */
const TIMEOUT_MS = 25_000;

/** Repeats an assertion until it holds; after `timeoutMs` its own failure is thrown. */
export async function eventually<T>(assertion: () => Promise<T> | T, timeoutMs = TIMEOUT_MS): Promise<T> {
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
