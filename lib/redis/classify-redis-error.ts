import { ClosedError } from '../errors/closed.error.js';
import { RedisUnreachableError } from './redis-unreachable.error.js';

/**
 * What a failed command means.
 *
 * - `refused`: it was certainly not sent.
 * - `transient`: the server answered no before it ran anything, and may say yes later.
 * - `permanent`: the server answered no, and will again.
 * - `unknown`: it may have run, or may still run. Only what is idempotent may be sent again.
 */
export type RedisErrorClass = 'refused' | 'transient' | 'permanent' | 'unknown';

/** How the answers begin by which a server refuses a command for now, a whole script included. */
const TRANSIENT_PREFIXES: readonly string[] = [
  'BUSY',
  'CLUSTERDOWN',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'NOREPLICAS',
  'OOM',
  'READONLY',
  'TRYAGAIN',
];

/** How the answers begin by which a server does not let in, or not as far. */
const ACCESS_PREFIXES: readonly string[] = ['NOAUTH', 'NOPERM', 'WRONGPASS'];

/** In doubt the answer is `unknown`. */
export function classifyRedisError(error: unknown): RedisErrorClass {
  if (error instanceof RedisUnreachableError || error instanceof ClosedError) return 'refused';
  const prefix = replyPrefix(error);
  if (prefix === undefined) return 'unknown';
  return TRANSIENT_PREFIXES.includes(prefix) ? 'transient' : 'permanent';
}

/** Whether the server does not know a script (any more). */
export function isNoScript(error: unknown): boolean {
  return replyPrefix(error) === 'NOSCRIPT';
}

/** Whether the server does not let this client do it: a `permanent` no until somebody changes a password or a right. */
export function isAccessRefused(error: unknown): boolean {
  return ACCESS_PREFIXES.includes(replyPrefix(error) ?? '');
}

/** The first word of an answer of the server. Not by `instanceof`: a second copy of the client has a class of its own. */
function replyPrefix(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined;
  return /^[A-Z]+/.exec(error.message)?.[0] ?? '';
}
