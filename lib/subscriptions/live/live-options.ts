import type { EventClass } from '../../events/event-class.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import type { SubscriptionQuery } from '../subscription-query.js';

/**
 * Where a live stream begins: with what is recorded from now on, with all that was, or behind the `cursor` of an event.
 *
 * @publicApi
 */
export type LiveStart = 'now' | 'beginning' | { readonly after: string };

/** Which events a live stream has. @publicApi */
export interface LiveOptions<E extends readonly EventClass[] = readonly EventClass[]> extends Omit<
  SubscriptionQuery<E>,
  'tenants'
> {
  /** @default that of the work at hand (`TenantContext`) */
  readonly tenantId?: string;
  /**
   * Only those of aggregates of this type. Together with `aggregateId`, the stream is that of the aggregate: immediate on
   * every store, and its cursors are sequences.
   */
  readonly aggregateType?: string;
  /** @default 'now' */
  readonly from?: LiveStart;
  /**
   * How often the log is looked at without an announcement, which may be lost; milliseconds from 1. On ClickHouse it is
   * also how late an event may come after its `settleMs`. @default 5_000
   */
  readonly pollMs?: number;
  /** Most events that are read at a time, and so are in memory for a reader who stops; 1 to 10,000. @default 100 */
  readonly maxBufferedEvents?: number;
}

/** An event of a live stream. @publicApi */
export interface LiveEvent<T extends object = object> extends RecordedEvent<T> {
  /** Where it stands: text that `from: { after }`, with the same options, goes on behind. */
  readonly cursor: string;
}
