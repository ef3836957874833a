import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Stops the boot when classes and modules do not fit together. Lists everything wrong at once.
 *
 * @publicApi
 */
export class WiringError extends EventSourcingError {
  readonly code = 'WIRING';
  readonly kind = 'permanent';

  /** @param problems one line a problem, each saying how to mend it */
  constructor(readonly problems: readonly string[]) {
    super(`The event sourcing module is wired wrongly:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}
