import { HandlerTimeoutError } from '../queue/handler-timeout.error.js';

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Aborts a handler that takes too long, and goes on without it: its late answer is dropped, so nothing of it is stored.
 *
 * @throws HandlerTimeoutError
 */
export async function inTime<T>(
  timeoutMs = DEFAULT_TIMEOUT_MS,
  handler: string,
  batchSignal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const abortAs = (reason: unknown): void => abort.abort(reason);
  const timer = setTimeout(() => abortAs(new HandlerTimeoutError(handler, timeoutMs)), timeoutMs);
  const onBatchAbort = (): void => abortAs(batchSignal.reason);
  batchSignal.addEventListener('abort', onBatchAbort);
  const aborted = new Promise<never>((_, reject) => {
    abort.signal.addEventListener('abort', () => reject(abort.signal.reason as Error));
  });
  try {
    batchSignal.throwIfAborted();
    return await Promise.race([work(abort.signal), aborted]);
  } finally {
    clearTimeout(timer);
    batchSignal.removeEventListener('abort', onBatchAbort);
  }
}
