import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown by `commandBus.execute()` before this process handles commands, which it does from `onApplicationBootstrap`
 * on. Waiting for the outcome there would keep the boot from ever coming so far. Seed in `onApplicationBootstrap`.
 *
 * @publicApi
 */
export class NotReadyError extends EventSourcingError {
  readonly code = 'NOT_READY';
  readonly kind = 'transient';

  constructor() {
    super('Commands are not handled before onApplicationBootstrap. Execute them there or later, not in onModuleInit.');
  }
}
