import type { AppendResult } from '../append-result.js';
import type { PreparedAppend } from '../prepare-append.js';
import type { StreamId } from '../stream-id.js';
import type { StreamState } from './stream-state.js';

interface Item<T> {
  readonly stream: StreamId;
  /** When it came, by the monotonic clock of this process, in milliseconds. */
  readonly since: number;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** An append that waits for its turn. */
export interface WaitingAppend extends Item<AppendResult> {
  readonly kind: 'append';
  readonly append: PreparedAppend;
}

/**
 * A question for keys, answered with those that the log may know. It takes its turn, so that it sees what the appends
 * before it did.
 */
export interface WaitingLookup extends Item<readonly string[]> {
  readonly kind: 'lookup';
  readonly keys: readonly string[];
}

/**
 * A request to keep a stream still: resolved in its turn, and nothing behind it goes on before `until`. When that
 * rejects, all that waits fails.
 */
export interface WaitingHold extends Item<void> {
  readonly kind: 'hold';
  readonly until: Promise<void>;
}

export type WaitingItem = WaitingAppend | WaitingLookup | WaitingHold;

/**
 * One stream at work, from its first waiting item until nothing of it waits or flies.
 *
 * `ready` (its items may be taken) → `flying` (items of it are in a batch on the way to the server) → `ready`, or `held`
 * (the arbiter cannot decide about it yet: it must be loaded first, another process writes to it, or whether its batch
 * was stored is unknown and may still change; or maintenance keeps the stream still) → `ready`. A ready lane without items is retired.
 */
export interface Lane {
  readonly key: string;
  readonly stream: StreamId;
  phase: 'ready' | 'flying' | 'held';
  /** What the arbiter in this process knows of the stream. Known while `ready` and `flying`. */
  state?: StreamState;
  /** In the order of the calls. */
  waiting: WaitingItem[];
  /** Events of the appends that wait. */
  events: number;
  /** Bytes of the appends that wait. */
  bytes: number;
}
