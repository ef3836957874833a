import type { EventClass } from '../../events/event-class.js';
import type { LiveEvent, LiveOptions } from './live-options.js';

/** How a live stream is sent to a client. @publicApi */
export interface SseOptions<E extends readonly EventClass[] = readonly EventClass[]> extends LiveOptions<E> {
  /**
   * What the client is sent of an event; an object goes as JSON.
   *
   * @default `id`, `type`, `version`, `aggregateType`, `aggregateId`, `sequence`, `occurredAt` and `data`
   */
  readonly toData?: (event: LiveEvent<InstanceType<E[number]>>) => string | object;
  /** How long a client may read nothing before its connection is closed; milliseconds from 1. @default 30_000 */
  readonly stallTimeoutMs?: number;
  /** How often something is sent while nothing happens, so that nobody takes the connection for dead; milliseconds from 1. @default 15_000 */
  readonly heartbeatMs?: number;
}
