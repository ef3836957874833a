import { setTimeout as sleep } from 'node:timers/promises';
import { classifyPostgresError, type PostgresErrorClass } from './classify-postgres-error.js';

/** Doubled with each repeat, and shortened at random by up to half. */
const FIRST_DELAY_MS = 20;
/** After this time no repeat begins. */
const MAX_REPEATING_MS = 20_000;

export interface RepeatOptions {
  /** Most times that the work is done. */
  readonly maxAttempts: number;
  /** After which failures it is done again. */
  readonly on: readonly PostgresErrorClass[];
}

/** Does work again that failed in a way that may pass. The last failure passes through as it is. */
export async function repeated<T>({ maxAttempts, on }: RepeatOptions, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isLast = attempt === maxAttempts || performance.now() - begun >= MAX_REPEATING_MS;
      if (isLast || !on.includes(classifyPostgresError(error))) throw error;
    }
    // A real time: sockets and servers do not follow the injected clock of tests.
    await sleep(FIRST_DELAY_MS * 2 ** (attempt - 1) * (1 - Math.random() / 2));
  }
}
