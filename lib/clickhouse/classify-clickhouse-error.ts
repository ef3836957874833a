import { EventSourcingError } from '../errors/event-sourcing.error.js';
import { ClosedError } from '../errors/closed.error.js';
import { ClickHouseBusyError } from './clickhouse-busy.error.js';
import { PERMANENT_CODES, REFUSED_CODES, TRANSIENT_CODES } from './clickhouse-error-codes.js';

/**
 * What a failed statement means.
 *
 * - `refused`: it certainly did not run; send it again when the server can be reached.
 * - `transient`: the server answered no, and may say yes later. An insert of one block left nothing behind.
 * - `permanent`: the server answered no, and will again. An insert of one block left nothing behind.
 * - `unknown`: it may have run, or may still run. Only what is idempotent may be sent again.
 */
export type ClickHouseErrorClass = 'refused' | 'transient' | 'permanent' | 'unknown';

/**
 * Decides by codes only, never by words of a message: messages of the server repeat the statement, and so whatever a
 * user wrote in it. In doubt the answer is `unknown`, which costs a repeat; any other mistake could lose or double data.
 */
export function classifyClickHouseError(error: unknown): ClickHouseErrorClass {
  if (error instanceof EventSourcingError) return classifyOwn(error);
  const code = codeOf(error);
  if (code === undefined) return 'unknown';
  if (/^\d+$/.test(code)) return classifyServerCode(Number(code));
  return neverConnected(error) ? 'refused' : 'unknown';
}

function classifyOwn(error: EventSourcingError): ClickHouseErrorClass {
  if (error instanceof ClosedError || error instanceof ClickHouseBusyError) return 'refused';
  return error.kind === 'permanent' ? 'permanent' : 'unknown';
}

function classifyServerCode(code: number): ClickHouseErrorClass {
  if (code in REFUSED_CODES) return 'refused';
  if (code in TRANSIENT_CODES) return 'transient';
  return code in PERMANENT_CODES ? 'permanent' : 'unknown';
}

/** Not by `instanceof ClickHouseError`: a second copy of the client has a class of its own. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Failures to resolve the name or to open the connection; for a name with several addresses, all of them. */
function neverConnected(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(neverConnected);
  if (!(error instanceof Error) || !('syscall' in error)) return false;
  return error.syscall === 'connect' || error.syscall === 'getaddrinfo';
}
