import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Stands for a method of a process manager that returned what is no state: `undefined`, a promise, something that is not
 * JSON, or more than `maxStateBytes`. The process is parked with the state that it had.
 *
 * @publicApi
 */
export class InvalidProcessResultError extends EventSourcingError {
  readonly code = 'INVALID_PROCESS_RESULT';
  readonly kind = 'permanent';

  constructor(process: string, method: string, problem: string) {
    super(
      `${process}.${method}() returned ${problem}. Return the next state, a JSON value, or null to end the process.`,
    );
  }
}
