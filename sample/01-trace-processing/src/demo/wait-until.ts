import { setTimeout as delay } from 'node:timers/promises';

const POLL_INTERVAL_MS = 250;

/**
 * Asks until the answer is yes, or until the deadline: what is wrong then is for the comparison to say.
 *
 * @param deadline milliseconds since the epoch
 */
export async function waitUntil(deadline: number, holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds()) && Date.now() < deadline) await delay(POLL_INTERVAL_MS);
}
