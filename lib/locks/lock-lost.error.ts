import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * The reason by which a run is aborted whose lock is lost, because this process could not prolong it in time, or the
 * server has forgotten it.
 *
 * @publicApi
 */
export class LockLostError extends EventSourcingError {
  readonly code = 'LOCK_LOST';
  readonly kind = 'transient';

  constructor(name: string) {
    super(`The lock ${name} is lost; another process may hold it now. Stop, and write nothing more.`);
  }
}
