import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import type { TenantId } from '../tenancy/tenant-id.js';

/** An event that says when it occurred: a `RecordedEvent`, or one as `storeEvents()` takes it. @publicApi */
export type TimedEvent = { readonly occurredAt: Date } | { readonly timestamp: number };

/**
 * In which order a stream gives its events: by when they occurred, those of one time as they were given; as they were given; or
 * as a comparison says. @publicApi
 */
export type EventOrdering<E> = 'timestamp' | 'as-is' | ((one: E, other: E) => number);

/** @publicApi */
export interface EventStreamOptions<E> {
  /** @default 'timestamp' */
  readonly ordering?: EventOrdering<E>;
}

/**
 * The events of one aggregate, in order:
 *
 * ```ts
 * const stream = new EventStream('trace-123', tenantId, events, { ordering: (a, b) => a.sequence - b.sequence });
 * ```
 *
 * @typeParam T the tenant
 * @typeParam E its events
 * @publicApi
 */
export class EventStream<T extends TenantId = TenantId, E extends TimedEvent = TimedEvent> {
  private readonly events: readonly E[];

  /** @throws InvalidArgumentError for another ordering, or an event without a time that is to be ordered by it */
  constructor(
    readonly aggregateId: string,
    readonly tenantId: T,
    events: readonly E[],
    { ordering = 'timestamp' }: EventStreamOptions<E> = {},
  ) {
    this.events = Object.freeze(inOrder(events, ordering));
  }

  getAggregateId(): string {
    return this.aggregateId;
  }

  getTenantId(): T {
    return this.tenantId;
  }

  /** All of them; the list cannot be changed. */
  getEvents(): readonly E[] {
    return this.events;
  }
}

function inOrder<E extends TimedEvent>(events: readonly E[], ordering: EventOrdering<E>): readonly E[] {
  if (ordering === 'as-is') return [...events];
  if (typeof ordering === 'function') return events.toSorted(ordering);
  if (ordering !== 'timestamp') {
    throw new InvalidArgumentError('options.ordering', "must be 'timestamp', 'as-is' or a comparison");
  }
  const times = new Map(events.map((event, index) => [event, timeOf(event, `events[${index}]`)]));
  return events.toSorted((one, other) => times.get(one)! - times.get(other)!);
}

function timeOf(event: TimedEvent, field: string): number {
  const time = 'timestamp' in event ? event.timestamp : event.occurredAt?.getTime();
  if (Number.isFinite(time)) return time;
  throw new InvalidArgumentError(field, 'must have a timestamp in milliseconds, or occurredAt');
}
