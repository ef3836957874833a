import { ClosedError } from '../errors/closed.error.js';
import { EventSourcingError } from '../errors/event-sourcing.error.js';
import { PostgresUnreachableError } from './postgres-unreachable.error.js';

/**
 * What a failed statement or transaction means.
 *
 * - `refused`: it certainly did not run; send it again when the server can be reached.
 * - `transient`: the server rolled it back, and may carry it out later.
 * - `permanent`: the server rolled it back, and will again.
 * - `unknown`: it may have been committed, or may still be. Only what is idempotent may be sent again.
 */
export type PostgresErrorClass = 'refused' | 'transient' | 'permanent' | 'unknown';

/**
 * Classes of SQLSTATE, or single ones, after which a repeat can help: a rolled back transaction, no resources, an
 * operator's or a timeout's intervention, a failure of the system, a node that is a replica or still recovers.
 */
const TRANSIENT = ['40', '53', '57', '58', 'XX', '25006', '55006', '55P03', '72'];

/** A connection that broke, or a statement of which the server itself does not know how it ended. */
const UNKNOWN = ['08', '40003'];

/**
 * Decides by codes only, never by words of a message. The answer ERROR of a server means a rolled back transaction. A
 * FATAL one means that it ended the connection, which it may do after the commit and before it has said so. What comes
 * without a code is a connection that broke. In doubt the answer is `unknown`, which costs a repeat.
 */
export function classifyPostgresError(error: unknown): PostgresErrorClass {
  if (error instanceof EventSourcingError) return classifyOwn(error);
  if (!isServerError(error)) return 'unknown';
  if (startsWithOneOf(error.code, UNKNOWN)) return 'unknown';
  return startsWithOneOf(error.code, TRANSIENT) ? 'transient' : 'permanent';
}

/** Whether the server answered with an ERROR, after which its connection is as good as before. */
export function isServerError(error: unknown): error is Error & { readonly code: string } {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return false;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) && error.severity === 'ERROR';
}

function classifyOwn(error: EventSourcingError): PostgresErrorClass {
  if (error instanceof ClosedError || error instanceof PostgresUnreachableError) return 'refused';
  return error.kind === 'permanent' ? 'permanent' : 'unknown';
}

function startsWithOneOf(code: string, beginnings: readonly string[]): boolean {
  return beginnings.some((beginning) => code.startsWith(beginning));
}
