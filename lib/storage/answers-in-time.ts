import { EventSourcingError } from '../errors/event-sourcing.error.js';
import { StoreUnavailableError } from '../event-store/store-unavailable.error.js';
import { PostgresUnreachableError } from '../postgres/postgres-unreachable.error.js';
import { RedisUnreachableError } from '../redis/redis-unreachable.error.js';

const PING_TIMEOUT_MS = 5_000;

/** Asks a database for a sign of life. @throws StoreUnavailableError with the reason as its cause */
export async function answersInTime(database: string, ping: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PING_TIMEOUT_MS} ms`)), PING_TIMEOUT_MS);
  });
  try {
    await Promise.race([ping(), timeout]);
  } catch (cause) {
    if (cause instanceof EventSourcingError && !isUnreachable(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message || String(cause) : String(cause);
    throw new StoreUnavailableError(`${database} does not answer (${reason.trim()})`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** Errors of connections that speak of a command that was not sent. */
function isUnreachable(error: EventSourcingError): boolean {
  return error instanceof PostgresUnreachableError || error instanceof RedisUnreachableError;
}
