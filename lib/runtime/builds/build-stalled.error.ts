import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Stands for a build whose last part waits in lanes that nobody works off: they are paused, or no worker is there, or a
 * store is away. The version is not made active, and the build looks again after a while.
 */
export class BuildStalledError extends EventSourcingError {
  readonly code = 'BUILD_STALLED';
  readonly kind = 'transient';

  /** @param lanes how many */
  constructor(component: string, lanes: number, waitedMs: number) {
    super(
      `${lanes} lanes of ${component} have not been worked off for ${waitedMs} ms, and its version becomes active after ` +
        'that. See whether it is paused (QueueControl.holds) and whether workers run.',
    );
  }
}
