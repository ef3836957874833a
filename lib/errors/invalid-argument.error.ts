import { EventSourcingError } from './event-sourcing.error.js';

/**
 * Thrown when a call is given a value outside what its documentation allows: an empty id, a limit below 1, a payload
 * that is not JSON or over its bound. Nothing was stored or staged.
 *
 * @publicApi
 */
export class InvalidArgumentError extends EventSourcingError {
  readonly code = 'INVALID_ARGUMENT';
  readonly kind = 'permanent';

  /** @param field path of the offending value, such as `stream.aggregateId` */
  constructor(
    readonly field: string,
    problem: string,
  ) {
    super(`${field} ${problem}.`);
  }
}
