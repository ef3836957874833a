import { AppendOutcomeUnknownError } from '../../lib/event-store/append-outcome-unknown.error.js';
import type { EventStore } from '../../lib/event-store/event-store.js';
import type { StreamId } from '../../lib/event-store/stream-id.js';
import { StoreUnavailableError } from '../../lib/event-store/store-unavailable.error.js';

/** How the calls of a store go. */
export interface FaultyStoreCourse {
  /** Waits until the next call may go on. */
  readonly turn: () => Promise<unknown>;
  /** What happens to the next append: it fails before it was stored, or after. */
  readonly fault: () => 'before' | 'after' | undefined;
}

/** A store whose calls take their turns, and whose appends fail. */
export function faultyStore(store: EventStore, { turn, fault }: FaultyStoreCourse): EventStore {
  async function* inTurn<T>(events: () => AsyncIterable<T>): AsyncIterable<T> {
    await turn();
    yield* events();
  }
  const faulty: Partial<EventStore> = {
    read: (...args) => inTurn(() => store.read(...args)),
    readEach: (...args) => inTurn(() => store.readEach(...args)),
    appended: async (...args) => {
      await turn();
      return store.appended(...args);
    },
    append: async (...args) => {
      await turn();
      const what = fault();
      if (what === 'before') throw new StoreUnavailableError('it is away');
      const result = await store.append(...args);
      if (what === 'after') throw new AppendOutcomeUnknownError(args[0] as StreamId, new Error('it is away'));
      await turn();
      return result;
    },
  };
  return Object.assign(Object.create(store) as EventStore, faulty);
}
