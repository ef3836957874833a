import { randomUUID } from 'node:crypto';
import { classifyClickHouseError } from '../../../clickhouse/classify-clickhouse-error.js';
import type { ClickHouseConnection } from '../../../clickhouse/clickhouse-connection.js';
import { EventSourcingError } from '../../../errors/event-sourcing.error.js';
import { StoreUnavailableError } from '../../../event-store/store-unavailable.error.js';
import { SaveOutcomeUnknownError } from '../save-outcome-unknown.error.js';
import { repeated } from './repeat.js';

/**
 * Inserts rows that are idempotent by the key of their table, so that an insert is simply sent again when its outcome is
 * unknown.
 *
 * @param what for errors, such as `rows of projections`
 * @throws StoreUnavailableError, SaveOutcomeUnknownError, ClosedError
 */
export async function insertRows(
  connection: ClickHouseConnection,
  table: string,
  what: string,
  rows: readonly object[],
): Promise<void> {
  // A table that remembers inserts must not take equal rows, which rightly come again after they were deleted, for a
  // repeat. A new token for each batch says so in every version of the server; the settings for it differ.
  const settings = { insert_deduplication_token: randomUUID() };
  let maybeStored = false;
  try {
    await repeated(async () => {
      try {
        await connection.insert(table, rows, settings);
      } catch (error) {
        maybeStored ||= classifyClickHouseError(error) === 'unknown';
        throw error;
      }
    });
  } catch (cause) {
    if (maybeStored) throw new SaveOutcomeUnknownError(what, { cause });
    if (cause instanceof EventSourcingError) throw cause;
    throw new StoreUnavailableError(`ClickHouse did not take ${what}`, { cause });
  }
}

/** Whether an insert failed because of what was to be inserted: the server left nothing of it behind, and never will. */
export function isRefusal(error: unknown): boolean {
  return error instanceof StoreUnavailableError && classifyClickHouseError(error.cause) === 'permanent';
}
