import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Thrown when embedded ClickHouse did not come up. No process is left behind. The message ends with what the engine
 * printed last.
 *
 * @publicApi
 */
export class EmbeddedStartError extends EventSourcingError {
  readonly code = 'EMBEDDED_START_FAILED';
  readonly kind = 'permanent';

  /** @param output the last of what the engine printed to its stderr */
  constructor(
    problem: string,
    readonly output = '',
    options?: ErrorOptions,
  ) {
    super(`Embedded ClickHouse ${problem}.${output === '' ? '' : `\n${output}`}`, options);
  }
}
