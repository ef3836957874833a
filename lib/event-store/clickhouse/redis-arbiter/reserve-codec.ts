import type { Taken, Verdict, Answer, Write } from '../append-batch.js';
import type { WaitingAppend } from '../lane.js';

/** The log says that a key is known. */
const KNOWN = -2;
/** The log was not asked for a key. */
const NOT_ASKED = -1;

/** Which keys the log knows, and as of which head of the stream it was asked. */
export interface LogKeys {
  readonly found: ReadonlySet<string>;
  readonly head: number;
}

type AppendReply =
  | readonly [kind: 0, first: number]
  | readonly [kind: 1]
  | readonly [kind: 2, index: number]
  | readonly [kind: 3, actual: number, onWrite: 0 | 1];

/** What the script `reserve` answers about one stream. */
export type StreamReply =
  | readonly ['unknown', ticket: string]
  | readonly ['held', reservation: string]
  | readonly ['unsure', head: number]
  | readonly ['judged', recordedAt: number, ...appends: AppendReply[]];

export type JudgedReply = Extract<StreamReply, readonly ['judged', ...unknown[]]>;

/** One stream with its appends, as the script takes it. */
export function encodeTaken({ lane, items }: Taken, asked: LogKeys | undefined): string {
  const appends = items.map(({ append: { expectedSequence, drafts, key, keySince = 0 } }) => {
    if (key === undefined) return [expectedSequence, drafts.length, '', NOT_ASKED, keySince];
    const seen = asked?.found.has(key) ? KNOWN : (asked?.head ?? NOT_ASKED);
    return [expectedSequence, drafts.length, key, seen, keySince];
  });
  return JSON.stringify([lane.key, ...appends]);
}

/** The same verdict as `judge` gives in process. */
export function decodeVerdict({ lane, items }: Taken, [, recordedAt, ...appends]: JudgedReply): Verdict {
  const writes = new Map<number, Write>();
  const answers: Answer[] = [];
  appends.forEach((reply, index) => {
    const item = items[index]!;
    switch (reply[0]) {
      case 0:
        writes.set(index, toWrite(item, reply[1], recordedAt));
        break;
      case 1:
        answers.push({ kind: 'repeated', item, key: item.append.key! });
        break;
      case 2:
        answers.push({ kind: 'repeats-write', item, write: writes.get(reply[1])! });
        break;
      case 3:
        answers.push({ kind: 'conflict', item, actual: reply[1], onWrite: reply[2] === 1 });
        break;
    }
  });
  return { lane, items, writes: [...writes.values()], answers };
}

/** The last sequence that a verdict gave, undefined when it stores nothing. */
export function lastSequence({ writes }: Verdict): number | undefined {
  return writes.at(-1)?.stored.at(-1)?.sequence;
}

function toWrite(item: WaitingAppend, first: number, recordedAt: number): Write {
  const { drafts, restored } = item.append;
  const stored =
    restored?.map(({ event }) => event) ??
    drafts.map((draft, index) => ({ ...draft, sequence: first + index, recordedAt }));
  return { item, stored };
}
