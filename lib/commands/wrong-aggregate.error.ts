import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Stands for a command handler that returned another aggregate than the one that its command is for: of another tenant
 * or id. Nothing was stored.
 *
 * @publicApi
 */
export class WrongAggregateError extends EventSourcingError {
  readonly code = 'WRONG_AGGREGATE';
  readonly kind = 'permanent';

  constructor(handler: string, field: 'tenantId' | 'aggregateId', returned: string, wanted: string) {
    super(
      `${handler}.handle() returned an aggregate with the ${field} ${returned}, and its command is for ${wanted}. ` +
        'Return the aggregate that the command names; to change another one, send a command to that.',
    );
  }
}
