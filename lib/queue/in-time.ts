import { HandlerTimeoutError } from './handler-timeout.error.js';

export interface CallBounds {
  /** Time of the call; milliseconds. */
  readonly timeoutMs: number;
  /** How long it is waited for after it was aborted; what it still gives counts. @default 0 */
  readonly graceMs?: number;
  /** Aborts the call from outside as well. */
  readonly signal: AbortSignal;
}

/**
 * Aborts a handler that takes too long, and goes on without it: its late answer is dropped, so nothing of it counts.
 *
 * @throws HandlerTimeoutError
 */
export async function inTime<T>(
  handler: string,
  { timeoutMs, graceMs = 0, signal: outside }: CallBounds,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const abortAs = (reason: unknown): void => abort.abort(reason);
  const timers = [setTimeout(() => abortAs(new HandlerTimeoutError(handler, timeoutMs)), timeoutMs)];
  const onAbort = (): void => abortAs(outside.reason);
  outside.addEventListener('abort', onAbort);
  const aborted = new Promise<never>((_, reject) => {
    abort.signal.addEventListener('abort', () => {
      const giveUp = (): void => reject(abort.signal.reason as Error);
      if (graceMs === 0) giveUp();
      else timers.push(setTimeout(giveUp, graceMs));
    });
  });
  try {
    outside.throwIfAborted();
    return await Promise.race([work(abort.signal), aborted]);
  } catch (error) {
    // What an aborted handler throws mostly only tells that it was aborted.
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    outside.removeEventListener('abort', onAbort);
  }
}
