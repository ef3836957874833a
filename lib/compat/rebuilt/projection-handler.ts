import type { RecordedEvent } from '../../events/recorded-event.js';
import type { ReactorOptions } from '../../reactors/reactor.decorator.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { EventOrdering, EventStream } from '../event-stream.js';

/** Makes a projection of all events of an aggregate, each time anew. @typeParam E the events that it takes @publicApi */
export interface ProjectionHandler<E extends object, P> {
  /**
   * The projection of these events; a JSON value, `null` for none. Pure: called again, for more events, with every change
   * of the aggregate, and by any process.
   */
  handle(stream: EventStream<TenantId, RecordedEvent<E>>): Promise<P> | P;
}

/** What `withProjection()` takes: a Nest provider. @publicApi */
export interface ProjectionHandlerClass<E extends object, P> {
  new (...dependencies: never[]): ProjectionHandler<E, P>;
}

/** Options of `withProjection()`. @publicApi */
export interface ProjectionSettings<E extends object> extends Pick<ReactorOptions, 'maxAttempts' | 'timeoutMs'> {
  /** An integer from 1. Raise it when the handler means something else: then it is made anew, when it is asked for. @default 1 */
  readonly version?: number;
  /** Types of the events that it takes. @default all of the pipeline */
  readonly eventTypes?: readonly string[];
  /** @default 'timestamp' */
  readonly ordering?: EventOrdering<RecordedEvent<E>>;
  /** Most events of an aggregate, which are in memory at once; at least 1. Past it the aggregate's lane is parked. @default 10_000 */
  readonly maxEvents?: number;
}
