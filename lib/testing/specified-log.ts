import type { AppendResult } from '../event-store/append-result.js';
import type { EventStore } from '../event-store/event-store.js';
import type { StreamId } from '../event-store/stream-id.js';
import type { NewEvent } from '../events/new-event.js';
import { memory } from '../storage/memory-storage.js';
import type { Storage, StorageContext } from '../storage/storage.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import { createStorageContext } from './contract/create-storage-context.js';
import { classesOf, type GivenEvent, toNewEvent } from './given-event.js';
import { TestClock } from './test-clock.js';

const SPECIFIED = 'specified';

/** Which aggregate a specification is about, and when. @publicApi */
export interface SpecifiedStream {
  /** @default 'specified' */
  readonly tenantId?: string;
  /** @default 'specified' */
  readonly aggregateType?: string;
  /** @default 'specified' */
  readonly aggregateId?: string;
  /** When everything takes place that does not say it; milliseconds since the epoch. @default 1_700_000_000_000 */
  readonly time?: number;
}

/** @throws InvalidTenantError */
export function specifiedStream(at: SpecifiedStream): StreamId {
  const { tenantId = SPECIFIED, aggregateType = SPECIFIED, aggregateId = SPECIFIED } = at;
  return { tenantId: createTenantId(tenantId), aggregateType, aggregateId };
}

/** A storage in memory for what is given. */
export class SpecifiedLog {
  private constructor(
    readonly context: StorageContext,
    readonly storage: Storage,
    private readonly events: readonly NewEvent[],
  ) {}

  get store(): EventStore {
    return this.storage.events;
  }

  /** @throws InvalidEventError for what is no event */
  static async open(given: readonly GivenEvent[], time?: number): Promise<SpecifiedLog> {
    const events = given.map(toNewEvent);
    const context = await createStorageContext({ clock: new TestClock(time) }, classesOf(events));
    return new SpecifiedLog(context, await memory().open(context), events);
  }

  /** Lets it have happened. @throws InvalidArgumentError, InvalidEventError */
  async fill(stream: StreamId): Promise<Pick<AppendResult, 'events' | 'stored'>> {
    if (this.events.length === 0) return { events: [], stored: [] };
    return this.store.append(stream, this.events);
  }
}
