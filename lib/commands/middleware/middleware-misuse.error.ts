import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Thrown to the sender of a command whose middleware answered for it without having it accepted, and to middleware that
 * calls `next()` again.
 *
 * @publicApi
 */
export class MiddlewareMisuseError extends EventSourcingError {
  readonly code = 'MIDDLEWARE_MISUSE';
  readonly kind = 'permanent';

  /** @param middleware name of its class */
  constructor(
    readonly middleware: string,
    problem: string,
  ) {
    super(`${middleware} ${problem}`);
  }
}
