import { EventSourcingError } from '../../../errors/event-sourcing.error.js';
import { StoreUnavailableError } from '../../../event-store/store-unavailable.error.js';
import { ClosedError } from '../../../errors/closed.error.js';
import { classifyPostgresError } from '../../../postgres/classify-postgres-error.js';
import type { PostgresConnection, PostgresStatement } from '../../../postgres/postgres-connection.js';
import { repeated } from '../../../postgres/repeat.js';
import { SaveOutcomeUnknownError } from '../save-outcome-unknown.error.js';

/** Most times that one statement is sent. All of them may be carried out twice. */
const MAX_ATTEMPTS = 4;
const REPEATS = { maxAttempts: MAX_ATTEMPTS, on: ['refused', 'transient', 'unknown'] } as const;

/** The rows of a read, with its repeats. @throws StoreUnavailableError, ClosedError */
export async function read<Row extends object>(
  connection: PostgresConnection,
  what: string,
  statement: PostgresStatement,
): Promise<readonly Row[]> {
  try {
    return await repeated(REPEATS, () => connection.query<Row>(statement));
  } catch (error) {
    if (error instanceof ClosedError) throw error;
    throw new StoreUnavailableError(`PostgreSQL did not give ${what}`, { cause: error });
  }
}

/**
 * Carries out a write that is idempotent, with its repeats.
 *
 * @throws StoreUnavailableError, SaveOutcomeUnknownError, ClosedError
 */
export async function write(connection: PostgresConnection, what: string, statement: PostgresStatement): Promise<void> {
  let maybeStored = false;
  try {
    await repeated(REPEATS, async () => {
      try {
        await connection.query(statement);
      } catch (error) {
        maybeStored ||= classifyPostgresError(error) === 'unknown';
        throw error;
      }
    });
  } catch (cause) {
    if (maybeStored) throw new SaveOutcomeUnknownError(what, { cause });
    if (cause instanceof ClosedError) throw cause;
    throw new StoreUnavailableError(`PostgreSQL did not take ${what}`, { cause });
  }
}

/** Whether a write failed because of what was to be written: the server rolled it back, and will again. */
export function isRefusal(error: unknown): boolean {
  return error instanceof StoreUnavailableError && classifyPostgresError(error.cause) === 'permanent';
}

/** The rows, once none of them says that together they are over the bound. @throws ResultTooLargeError */
export function withinBound<Row extends { readonly json: string | null }>(
  rows: readonly Row[],
): readonly (Row & { readonly json: string })[] {
  if (rows.some(({ json }) => json === null)) throw new ResultTooLargeError();
  return rows as readonly (Row & { readonly json: string })[];
}

/** Never leaves this folder: callers ask for less, or say which argument was too large. */
export class ResultTooLargeError extends EventSourcingError {
  readonly code = 'RESULT_TOO_LARGE';
  readonly kind = 'permanent';

  constructor() {
    super('The rows of a result together are over the bound in bytes. Ask for fewer.');
  }
}
