import type { EventClass } from '../events/event-class.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { SubscriptionContext } from './subscription-handler.js';
import type { SubscriptionQuery } from './subscription-query.js';

const METADATA = Symbol.for('@event-sourcing/nestjs:event-subscription');

export const DEFAULT_SUBSCRIPTION_TIMEOUT_MS = 60_000;

/**
 * Where a subscription begins: with the whole log, with what is recorded from its first start on, or with what was
 * recorded at this time or later.
 *
 * @publicApi
 */
export type SubscriptionStart = 'beginning' | 'now' | Date;

/**
 * Options of `@EventSubscription`.
 *
 * @publicApi
 */
export interface EventSubscriptionOptions<E extends readonly EventClass[] = readonly EventClass[]> {
  /** Unique over all subscriptions. What was told is on record under it, so another name begins anew. */
  readonly name: string;
  /** @default all events of the pipeline */
  readonly query?: SubscriptionQuery<E>;
  /** It matters for what nothing is on record of yet: where something is, it goes on there. @default 'now' */
  readonly from?: SubscriptionStart;
  /** With `'all'` it takes events of any pipeline. @default the pipeline of its module */
  readonly pipeline?: 'all';
  /**
   * What events are kept in order by, and told one batch at a time: 1 to 512 UTF-8 bytes. Pure. The order is that of each
   * aggregate; between those of one partition it is that in which they came there, the same ever after. Where it throws,
   * or returns anything else (`InvalidKeyError`), nothing more of that aggregate is told until its lane is retried or the
   * event skipped.
   *
   * @default the aggregate
   */
  readonly partition?: (event: RecordedEvent<InstanceType<E[number]>>) => string;
  /** Most events of one call, at least 1. @default 100 */
  readonly maxBatchEvents?: number;
  /** Attempts at an event in all before `whenExhausted` applies. @default 5 */
  readonly maxAttempts?: number;
  /** Time of one call, after which it is aborted through its signal; milliseconds. @default 60_000 */
  readonly timeoutMs?: number;
  /**
   * What becomes of an event that fails in the end: it goes to the dead letters and its partition goes on, or the partition
   * is parked behind it until an operator decides. @default 'dead-letter'
   */
  readonly whenExhausted?: 'dead-letter' | 'park';
}

// A property, not a method, so that its parameters are compared strictly: a wrong event does not compile.
interface Subscribes<E extends object> {
  readonly handle: (events: readonly RecordedEvent<E>[], context: SubscriptionContext) => Promise<void> | void;
}

/**
 * Marks a provider as a durable subscription: it is told every event of its query, in batches, at least once, in the order
 * of each partition, of which one batch runs at a time over all processes. How far it came is on record, so it goes on
 * there after a crash, a stop or a loss of the queue.
 *
 * @publicApi
 */
export function EventSubscription<const E extends readonly EventClass[] = readonly EventClass[]>(
  options: EventSubscriptionOptions<E>,
): (target: abstract new (...args: never[]) => Subscribes<InstanceType<E[number]>>) => void {
  return (target) => {
    Object.defineProperty(target, METADATA, { value: options });
  };
}

/** What `@EventSubscription` says about this very class (not its parents), or `undefined`. */
export function eventSubscriptionMetadata(target: unknown): EventSubscriptionOptions | undefined {
  if (typeof target !== 'function' || !Object.hasOwn(target, METADATA)) return undefined;
  return (target as unknown as Record<symbol, EventSubscriptionOptions>)[METADATA];
}
