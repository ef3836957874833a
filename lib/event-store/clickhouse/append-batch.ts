import type { StoredEvent } from '../../events/stored-event.js';
import { expectedSequenceHolds } from '../expected-sequence-holds.js';
import { keyRanges } from '../restored-append.js';
import { toRow, type NewEventRow } from './event-row.js';
import type { Lane, WaitingAppend } from './lane.js';
import { boundKeys, type KeyRange } from './stream-state.js';

/** How the token of every batch begins. */
export const INSERT_TOKEN_PREFIX = 'events-';

/** An append that got its sequences. */
export interface Write {
  readonly item: WaitingAppend;
  readonly stored: readonly StoredEvent[];
}

/** An append that stores nothing, and why. */
export type Answer =
  /** The log knows its key. */
  | { readonly kind: 'repeated'; readonly item: WaitingAppend; readonly key: string }
  /** An earlier append of the same batch has its key. */
  | { readonly kind: 'repeats-write'; readonly item: WaitingAppend; readonly write: Write }
  /** Its stream is not as expected; `onWrite` when only because of an earlier append of the same batch. */
  | { readonly kind: 'conflict'; readonly item: WaitingAppend; readonly actual: number; readonly onWrite: boolean };

/** The appends that were taken from one lane, in order. */
export interface Taken {
  readonly lane: Lane;
  readonly items: readonly WaitingAppend[];
  /** Keys that the lane's state did not remember and that were looked up in the log. */
  found?: ReadonlyMap<string, KeyRange>;
}

/** What the arbiter decided about one lane. Nothing of it is true before the batch is known to be stored. */
export interface Verdict {
  readonly lane: Lane;
  /** All appends that were judged, in order. */
  readonly items: readonly WaitingAppend[];
  readonly writes: readonly Write[];
  readonly answers: readonly Answer[];
}

/** Compares the appends of one lane with the state of its stream, and gives sequences to those that may be stored. */
export function judge({ lane, items, found }: Taken, now: number): Verdict {
  const state = lane.state!;
  // A server whose clock was set back must not make the times of a stream fall, nor come before the time of a key.
  const recordedAt = Math.max(now, state.recordedAt, ...items.map(({ append }) => append.keySince ?? 0));
  const writes: Write[] = [];
  const answers: Answer[] = [];
  const writesByKey = new Map<string, Write>();
  let head = state.head;
  for (const item of items) {
    const { append } = item;
    const { key } = append;
    const earlier = key === undefined ? undefined : writesByKey.get(key);
    if (key !== undefined && (state.keys.has(key) || found?.has(key))) {
      answers.push({ kind: 'repeated', item, key });
    } else if (earlier) {
      answers.push({ kind: 'repeats-write', item, write: earlier });
    } else if (!expectedSequenceHolds(append.expectedSequence, head)) {
      answers.push({ kind: 'conflict', item, actual: head, onWrite: head !== state.head });
    } else {
      const stored =
        append.restored?.map(({ event }) => event) ??
        append.drafts.map((draft, i) => ({ ...draft, sequence: head + i + 1, recordedAt }));
      head += stored.length;
      const write = { item, stored };
      writes.push(write);
      if (key !== undefined) writesByKey.set(key, write);
    }
  }
  return { lane, items, writes, answers };
}

/** Makes true what was decided, after the batch was stored. */
export function confirm({ lane, writes }: Verdict, maxKeys: number): void {
  const state = lane.state!;
  for (const { item, stored } of writes) {
    const first = stored[0]!;
    const last = stored[stored.length - 1]!;
    state.head = last.sequence;
    state.recordedAt = Math.max(state.recordedAt, last.recordedAt);
    if (item.append.key !== undefined) {
      state.keys.set(item.append.key, { first: first.sequence, last: last.sequence });
    }
    for (const [key, range] of keyRanges(item.append.restored ?? [])) state.keys.set(key, range);
  }
  boundKeys(state, maxKeys);
}

export function rowsOf(verdicts: readonly Verdict[]): NewEventRow[] {
  return verdicts.flatMap(({ writes }) =>
    writes.flatMap(({ item: { append }, stored }) =>
      stored.map((event, index) => toRow(event, append.restored ? append.restored[index]!.key : append.key)),
    ),
  );
}

/**
 * The name under which the server recognizes a repeat of one batch. The server drops whatever comes under a name that it
 * knows, so `id` must never have named another batch.
 */
export function insertToken(epoch: string, id: string): string {
  return `${INSERT_TOKEN_PREFIX}${epoch}-${id}`;
}
