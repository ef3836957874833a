import type { RecordedEvent } from '../events/recorded-event.js';
import type { TenantId } from '../tenancy/tenant-id.js';

/**
 * What a subscription is told beside its events.
 *
 * @publicApi
 */
export interface SubscriptionContext {
  /** Of all the events of the batch. */
  readonly tenantId: TenantId;
  /** What the batch is of, one at a time: the id of the aggregate, or what `partition` answered. */
  readonly partition: string;
  /** Which attempt at the first event of the batch this is, from 1. */
  readonly attempt: number;
  /** Aborted when the call takes too long or the process must go. */
  readonly signal: AbortSignal;
}

/**
 * Is told events, in the order of their partition, at least once each: whatever it does must bear an event twice.
 *
 * @publicApi
 */
export interface SubscriptionHandler<E extends object = object> {
  /**
   * A batch counts as a whole: when it resolves, all of its events are done; when it rejects, its events are told again one
   * by one, to find out which of them fails.
   */
  handle(events: readonly RecordedEvent<E>[], context: SubscriptionContext): Promise<void> | void;
}
