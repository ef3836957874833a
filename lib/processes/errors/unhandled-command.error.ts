import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Thrown by `context.send()` of a process manager for a command that no `@CommandHandler` of this package handles, such as
 * one of `@nestjs/cqrs` alone. Nothing of the decision takes effect, and the process is parked.
 *
 * @publicApi
 */
export class UnhandledCommandError extends EventSourcingError {
  readonly code = 'UNHANDLED_COMMAND';
  readonly kind = 'permanent';

  constructor(process: string, command: unknown) {
    const name = (command as object | null | undefined)?.constructor?.name ?? String(command);
    super(
      `The process manager ${process} sends ${name}, which no @CommandHandler of @event-sourcing/nestjs handles: send an ` +
        'instance of a class that has one, and add that handler to the providers of a pipeline.',
    );
  }
}
