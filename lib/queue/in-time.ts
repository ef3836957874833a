import { BatchAbort } from './batch-abort.js';
import { HandlerTimeoutError } from './handler-timeout.error.js';
import type { LaneBatch } from './lane-batch.js';

export interface CallBounds {
  /** Time of the call; milliseconds. */
  readonly timeoutMs: number;
  /** How long it is waited for after it was aborted; what it still gives counts. @default 0 */
  readonly graceMs?: number;
  /** Aborts the call from outside as well. */
  readonly abort: LaneBatch['abort'];
}

/**
 * Aborts a handler that takes too long, and goes on without it: its late answer is dropped, so nothing of it counts. What
 * is answered at once comes back at once.
 *
 * @throws HandlerTimeoutError, and what the handler throws
 */
export function inTime<T>(
  handler: string,
  { timeoutMs, graceMs = 0, abort: outside }: CallBounds,
  work: (abort: BatchAbort) => T | PromiseLike<T>,
): T | Promise<T> {
  outside.throwIfAborted();
  const abort = new BatchAbort();
  const working = work(abort);
  if (!isPromise(working)) return working;
  const timers = [setTimeout(() => abort.abort(new HandlerTimeoutError(handler, timeoutMs)), timeoutMs)];
  const detach = outside.onAbort((reason) => abort.abort(reason));
  return new Promise<T>((resolve, reject) => {
    const end = (): void => {
      for (const timer of timers) clearTimeout(timer);
      detach();
    };
    // What an aborted handler throws mostly only tells that it was aborted.
    const fail = (error: unknown): void => {
      end();
      reject((abort.reason ?? error) as Error);
    };
    abort.onAbort((reason) => {
      if (graceMs === 0) fail(reason);
      else timers.push(setTimeout(() => fail(reason), graceMs));
    });
    working.then((value) => {
      end();
      resolve(value);
    }, fail);
  });
}

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
