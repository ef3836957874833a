import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Thrown by `context.schedule()` and `cancel()` for a wake-up that the process manager has no method for. Nothing of the
 * decision takes effect, and the process is parked.
 *
 * @publicApi
 */
export class UnknownWakeUpError extends EventSourcingError {
  readonly code = 'UNKNOWN_WAKE_UP';
  readonly kind = 'permanent';

  constructor(
    process: string,
    readonly wakeUp: string,
  ) {
    super(
      `The process manager ${process} has no method for the wake-up '${wakeUp}': mark one with @OnWakeUp('${wakeUp}').`,
    );
  }
}
