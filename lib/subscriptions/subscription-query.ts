import type { EventClass } from '../events/event-class.js';
import type { JsonValue } from '../events/json-value.js';
import type { RecordedEvent } from '../events/recorded-event.js';

/**
 * Which events are told: those that meet all of the parts that are given.
 *
 * An event is compared as its handler sees it, in the newest version of its class.
 *
 * @publicApi
 */
export interface SubscriptionQuery<E extends readonly EventClass[] = readonly EventClass[]> {
  /** It is of one of these classes. @default all of the pipeline, or with `pipeline: 'all'` of all pipelines */
  readonly events?: E;
  /** It is of one of these tenants. @default all */
  readonly tenants?: readonly string[];
  /** It has all of these tags; at most 32. @default any */
  readonly tags?: readonly string[];
  /** Its data contains this object, as `EventCriteria.payload` says; at most 32 levels. @default any */
  readonly payload?: { readonly [property: string]: JsonValue };
  readonly aggregateId?: string;
  /**
   * Whatever else must hold. Pure: it may be asked again about an event. When it throws, or answers with anything but a
   * boolean, the event is told.
   */
  readonly where?: (event: RecordedEvent<InstanceType<E[number]>>) => boolean;
}
