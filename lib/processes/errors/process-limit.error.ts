import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Thrown by `context.send()` when one decision would send more commands than it may. Nothing of the decision takes
 * effect, and the process is parked.
 *
 * @publicApi
 */
export class ProcessLimitError extends EventSourcingError {
  readonly code = 'PROCESS_LIMIT';
  readonly kind = 'permanent';

  constructor(process: string, maxCommands: number) {
    super(
      `A decision of the process manager ${process} sends more than ${maxCommands} commands. Send one to an aggregate that ` +
        'goes through the rest, or schedule a wake-up that sends the next ones.',
    );
  }
}
