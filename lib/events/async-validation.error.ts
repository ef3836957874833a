import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when the validation of an event or command class is asynchronous: a Standard Schema that answers with a
 * promise, or a class-validator constraint declared `async`. Validate with synchronous rules, and look things up in
 * the command handler.
 *
 * @publicApi
 */
export class AsyncValidationError extends EventSourcingError {
  readonly code = 'ASYNC_VALIDATION';
  readonly kind = 'permanent';

  /** @param rule what is asynchronous */
  constructor(
    readonly className: string,
    rule: string,
  ) {
    super(
      `${rule} of ${className} validates asynchronously. Events and commands are validated synchronously: ` +
        'use a synchronous rule, and look things up in the command handler.',
    );
  }
}
