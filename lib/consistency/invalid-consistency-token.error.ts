import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown for a text that is no consistency token, and for one of another tenant, which is told from the first by nothing.
 * Answer HTTP callers with 400.
 *
 * @publicApi
 */
export class InvalidConsistencyTokenError extends EventSourcingError {
  readonly code = 'INVALID_CONSISTENCY_TOKEN';
  readonly kind = 'permanent';

  constructor() {
    super('The consistency token is none of this tenant. Pass on what consistencyToken() gave, as it is.');
  }
}
