import { describeError } from '../errors/describe-error.js';
import type { JobFailure } from './queue-control.js';

/** Bounds of what is kept of an error; characters. */
const MAX_ERROR = 2_000;
const MAX_STACK = 4_000;

/** What is kept of a failed attempt. */
export function toFailure(error: unknown, at: number): JobFailure {
  const stack = error instanceof Error ? error.stack?.slice(0, MAX_STACK) : undefined;
  return { error: describeError(error).slice(0, MAX_ERROR), ...(stack === undefined ? {} : { stack }), at };
}
