import { domainEventMetadata } from '../events/domain-event.decorator.js';
import type { EventClass } from '../events/event-class.js';
import type { StreamId } from '../event-store/stream-id.js';
import type { DomainEvents } from './aggregate-command-handler.js';
import type { CommandDefinition } from './command-definition.js';
import { type Decision, decidedOn, isDecision } from './decision.js';
import { ForeignEventError } from './foreign-event.error.js';
import { WrongAggregateError } from './wrong-aggregate.error.js';

/**
 * Refuses what would be stored where it does not belong. What is no event at all is for the store to refuse.
 *
 * @throws WrongAggregateError, ForeignEventError
 */
export function checkDecision(
  { pipeline, handler, events: known }: CommandDefinition,
  stream: StreamId,
  decided: Decision | DomainEvents,
  events: readonly unknown[],
): void {
  if (isDecision(decided)) {
    const on = decidedOn(decided);
    for (const field of ['tenantId', 'aggregateId'] as const) {
      const returned = on[field];
      if (returned === undefined || returned === stream[field]) continue;
      throw new WrongAggregateError(handler.name, field, returned, stream[field]);
    }
  }
  for (const event of events) {
    const eventClass = (event as object | null | undefined)?.constructor as EventClass | undefined;
    if (!eventClass || known.has(eventClass) || !domainEventMetadata(eventClass)) continue;
    throw new ForeignEventError(handler.name, eventClass.name, pipeline);
  }
}
