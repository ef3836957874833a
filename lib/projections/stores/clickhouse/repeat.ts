import { setTimeout as sleep } from 'node:timers/promises';
import { classifyClickHouseError } from '../../../clickhouse/classify-clickhouse-error.js';
import { EventSourcingError } from '../../../errors/event-sourcing.error.js';
import { asStoreUnavailable } from '../../../event-store/as-store-unavailable.js';

/** Most times that one statement is sent. */
const MAX_ATTEMPTS = 4;
/** Doubled with each repeat, and shortened at random by up to half. */
const FIRST_DELAY_MS = 50;
/** After this time no repeat begins. */
const MAX_REPEATING_MS = 20_000;

/** TOO_MANY_ROWS_OR_BYTES: the result is over the bound that came with the statement. */
const RESULT_TOO_LARGE = '396';

/** Does work that may safely be done twice, again when it fails for reasons that may pass. */
export async function repeated<T>(work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (isFinal(error) || attempt === MAX_ATTEMPTS || performance.now() - begun >= MAX_REPEATING_MS) throw error;
    }
    // A real time: sockets and servers do not follow the injected clock of tests.
    await sleep(FIRST_DELAY_MS * 2 ** (attempt - 1) * (1 - Math.random() / 2));
  }
}

/** A read, with its repeats. Errors of this package pass as they are, and so does a result that is too large. */
export async function repeatedRead<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await repeated(read);
  } catch (error) {
    throw readError(what, error);
  }
}

/** What a caller is told of a failed read. */
export function readError(what: string, error: unknown): unknown {
  return isTooLarge(error) ? error : asStoreUnavailable(`ClickHouse did not give ${what}`, error);
}

export function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === RESULT_TOO_LARGE;
}

function isFinal(error: unknown): boolean {
  return error instanceof EventSourcingError || isTooLarge(error) || classifyClickHouseError(error) === 'permanent';
}
