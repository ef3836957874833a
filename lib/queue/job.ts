import type { EventMetadata } from '../events/event-metadata.js';
import type { JsonValue } from '../events/json-value.js';
import type { StoredEvent } from '../events/stored-event.js';

/** A command on its way to its handler. @publicApi */
export interface CommandJob {
  readonly kind: 'command';
  readonly commandId: string;
  /** Name of the command, as in `@CommandHandler(…, { type })`. */
  readonly type: string;
  readonly data: JsonValue;
  readonly metadata: EventMetadata;
  /** Names this acceptance of the command, which may be sent again under its command id; its answer is kept under it. */
  readonly receiptId: string;
  /** Whether whoever sent it waits to hear of its outcome. */
  readonly awaited: boolean;
  /** When the command was accepted; milliseconds since the epoch. */
  readonly acceptedAt: number;
}

/** The events `from` to `to` of one stream, for a fold, for a map, or to be routed to the rows of a fold with a key. @publicApi */
export interface EventRangeJob {
  readonly kind: 'fold' | 'map' | 'route';
  /** Of a fold with a key: the key. */
  readonly aggregateId: string;
  readonly from: number;
  readonly to: number;
  /**
   * The events that the component lists, in order; `null` when they are to be read from the log: such a job is merged with
   * the one before it where they overlap. Of a fold with a key the first one stands at `from`, the next one behind it, and
   * so on.
   */
  readonly events: readonly StoredEvent[] | null;
}

/** One event that a fold has covered, for a reactor. @publicApi */
export interface ReactorJob {
  readonly kind: 'reactor';
  /** The row of the fold: id of the aggregate, or key. */
  readonly aggregateId: string;
  /** Where the event stands in the stream that is folded. */
  readonly sequence: number;
  /** `null` when it is to be read from the log. */
  readonly event: StoredEvent | null;
  /**
   * Set for a durable reactor, whose jobs speak of a part of the stream: between here and `sequence` there is nothing to
   * react to. What its cursor lacks before that is read from the log, and all of it where the event is `null`.
   */
  readonly from?: number;
}

/**
 * A job is JSON-safe as a whole, so that every queue can carry it.
 *
 * @publicApi
 */
export type Job = CommandJob | EventRangeJob | ReactorJob;
