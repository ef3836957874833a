import { OutageError } from '../../errors/outage.error.js';

/**
 * Thrown when Redis did not take jobs in time: it is away, still loading, short of memory, or refuses writes. The jobs
 * may be in the queue or not; to stage them again is safe.
 *
 * @publicApi
 */
export class QueueUnavailableError extends OutageError {
  readonly code = 'QUEUE_UNAVAILABLE';

  constructor(reason: string, options?: ErrorOptions) {
    super(`The queue did not take the jobs in time (${reason}). Repeat later.`, options);
  }
}
