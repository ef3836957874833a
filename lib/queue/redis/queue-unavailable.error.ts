import { OutageError } from '../../errors/outage.error.js';

/**
 * Thrown when Redis did not do in time what was asked: it is away, still loading, short of memory, refuses writes, or
 * does not let in. It may have been done or not; jobs may be staged again safely, and so may what operators do.
 *
 * @publicApi
 */
export class QueueUnavailableError extends OutageError {
  readonly code = 'QUEUE_UNAVAILABLE';

  constructor(reason: string, options?: ErrorOptions) {
    super(`The queue did not answer in time (${reason}). Repeat later.`, options);
  }
}
