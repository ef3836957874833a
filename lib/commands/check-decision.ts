import type { StreamId } from '../event-store/stream-id.js';
import type { DomainEvents } from './aggregate-command-handler.js';
import { checkRaised } from './check-raised.js';
import type { CommandDefinition } from './command-definition.js';
import { type Decision, decidedOn, isDecision } from './decision.js';
import { WrongAggregateError } from './wrong-aggregate.error.js';

/**
 * Refuses what would be stored where it does not belong. What is no event at all is for the store to refuse.
 *
 * @throws WrongAggregateError, ForeignEventError
 */
export function checkDecision(
  definition: CommandDefinition,
  stream: StreamId,
  decided: Decision | DomainEvents,
  events: readonly unknown[],
): void {
  const { handler } = definition;
  if (isDecision(decided)) {
    const on = decidedOn(decided);
    for (const field of ['tenantId', 'aggregateId'] as const) {
      const returned = on[field];
      if (returned === undefined || returned === stream[field]) continue;
      throw new WrongAggregateError(handler.name, field, returned, stream[field]);
    }
  }
  checkRaised(`${handler.name}.handle() returned`, definition, events);
}
