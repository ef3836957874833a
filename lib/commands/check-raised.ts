import { domainEventMetadata } from '../events/domain-event.decorator.js';
import type { EventClass } from '../events/event-class.js';
import { ForeignEventError } from './foreign-event.error.js';

/** What a pipeline lists. */
export interface ListedEvents {
  readonly pipeline: string;
  readonly events: ReadonlySet<EventClass>;
}

/**
 * Refuses events that the pipeline of an aggregate does not list. What is no event at all is for the store to refuse.
 *
 * @param source who gave them, and how: the beginning of a sentence
 * @throws ForeignEventError
 */
export function checkRaised(
  source: string,
  { pipeline, events: listed }: ListedEvents,
  raised: readonly unknown[],
): void {
  for (const event of raised) {
    const eventClass = (event as object | null | undefined)?.constructor as EventClass | undefined;
    if (!eventClass || listed.has(eventClass) || !domainEventMetadata(eventClass)) continue;
    throw new ForeignEventError(source, eventClass.name, pipeline);
  }
}
