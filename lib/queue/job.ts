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
  /**
   * The process that is to hear of the outcome, whose commands may be staged again: an answer that is known then stands.
   */
  readonly replyTo?: CommandSender;
  /** Of a delayed command, which waits in a lane of its own (`delay`): the aggregate whose lane it goes to then. */
  readonly aggregateId?: string;
}

/** A command in the stream of a process. @publicApi */
export interface CommandSender {
  /** Name of the process manager. */
  readonly process: string;
  readonly processId: string;
  /** The decision that it is of, by its sequence. */
  readonly decision: number;
  /** Which of the commands of that decision it is, from 0. */
  readonly index: number;
  /** Set where it is sent another time: the first one may have come to its end long ago. */
  readonly again?: true;
}

/**
 * The events `from` to `to` of one stream, for a fold, for a map, for a process, for a subscription, or to be routed to
 * the rows of a fold with a key, to processes, or to the partitions of a subscription.
 *
 * @publicApi
 */
export interface EventRangeJob {
  readonly kind: 'fold' | 'map' | 'route' | 'process' | 'subscription';
  /** Of a fold with a key: the key. Of a process: its id. Of a subscription with partitions: the partition. */
  readonly aggregateId: string;
  readonly from: number;
  readonly to: number;
  /**
   * The events that the component lists, in order; `null` when they are to be read from the log: such a job is merged with
   * the one before it where they overlap. Of a fold with a key, a process or a partition the first one stands at
   * `from`, the next one behind it, and so on.
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

/** Something about the commands of a process. @publicApi */
export interface OutboxJob {
  readonly kind: 'outbox';
  /** The id of the process. */
  readonly aggregateId: string;
  /** What became of one; absent where everything that the process has open is to be staged again. */
  readonly reply?: CommandReply;
}

/** @publicApi */
export interface CommandReply extends Pick<CommandSender, 'decision' | 'index'> {
  readonly metadata: EventMetadata;
  /** As the queue keeps it as an answer. */
  readonly outcome: string;
}

/** The time has come to look at a wake-up of a process. @publicApi */
export interface TimerJob {
  readonly kind: 'timer';
  /** The id of the process. */
  readonly aggregateId: string;
  readonly wakeUp: string;
  /** The decision that scheduled it, by its sequence. */
  readonly since: number;
}

/**
 * A job is JSON-safe as a whole, so that every queue can carry it.
 *
 * @publicApi
 */
export type Job = CommandJob | EventRangeJob | ReactorJob | OutboxJob | TimerJob;
