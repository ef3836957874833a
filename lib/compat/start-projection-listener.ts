import { createProjectionConfig } from './create-projection-config.js';
import type { EventStore } from './event-store.js';
import type { ProjectionConfig } from './projection-config.js';

/** Ends a listener; resolves when no handler runs any more. Called by a handler itself, it resolves at once. @publicApi */
export type StopListener = () => Promise<void>;

/**
 * Hands every event of these types that is appended from now on to its handler, one after the other, in order and at least
 * once. A handler that rejects is called again with that event after a while, and what follows waits behind it. Where it
 * stands is not kept: for a read model that goes on where it was, use `@EventSubscription`.
 *
 * @param events the event store
 * @throws InvalidArgumentError for a configuration that `createProjectionConfig` refuses
 * @throws ClosedError, StoreUnavailableError
 * @publicApi
 */
export async function startProjectionListener<T extends string>(
  events: Pick<EventStore, 'subscribe'>,
  config: ProjectionConfig<T>,
): Promise<StopListener> {
  const { eventTypes, handlers } = createProjectionConfig(config.eventTypes, config.handlers);
  const types: ReadonlySet<string> = new Set(eventTypes);
  let handled = 0;
  const subscription = await events.subscribe(async (batch) => {
    for (const event of batch) {
      // A batch comes again as a whole when one of its events failed.
      if (event.sequenceNumber <= handled) continue;
      if (types.has(event.eventType)) await handlers[event.eventType as T](event);
      handled = event.sequenceNumber;
    }
  });
  return () => subscription.unsubscribe();
}
