import type { RecordedEvent } from '../../../lib/index.js';
import { indexOf, type Noted, timingOf } from './notes-app.js';
import type { SentNote } from './sent-notes.js';

type Sent = ReadonlyMap<number, SentNote>;
type Taken = ReadonlyMap<number, RecordedEvent<Noted>>;

/** Within which a command was accepted: after it was first sent, and before it was answered or handled. */
interface Span {
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

/** What is wrong with what became of all commands. All must have an answer. */
export function judgeNotes(sent: Sent, events: readonly RecordedEvent<Noted>[]): readonly string[] {
  const taken: Taken = new Map(events.map((event) => [event.data.index, event]));
  const unknown = [...taken.keys()].filter((index) => !sent.has(index));
  if (unknown.length > 0) return unknown.map((index) => `${index}: never sent`);
  return [
    ...events.filter((event) => taken.get(event.data.index) !== event).map(({ data }) => `${data.index}: taken twice`),
    ...[...sent].flatMap(([index, note]) => judgeAnswer(index, note, sent, taken)),
    ...[...taken].flatMap(([index, event]) => judgeTaken(index, event, sent.get(index)!)),
    ...judgeKeys(sent, taken),
  ];
}

/** What an answer names is handled. */
function judgeAnswer(index: number, { answer }: SentNote, sent: Sent, taken: Taken): readonly string[] {
  if (!answer) return [`${index}: no answer`];
  const first = indexOf(answer.commandId);
  const wrongs = taken.has(first) ? [] : [`${index}: it was answered by ${first}, which was lost`];
  if (keyOf(first) !== keyOf(index)) wrongs.push(`${index}: it was answered by ${first}`);
  return wrongs;
}

function judgeTaken(index: number, { recordedAt }: RecordedEvent, note: SentNote): readonly string[] {
  const { delayMs = 0, dedupe } = timingOf(index);
  const earlyMs = note.firstSentAt + delayMs - recordedAt.getTime();
  const wrongs = earlyMs > 0 ? [`${index}: ${earlyMs} ms early`] : [];
  // Sent again, it may have been accepted before, and answered by another once the time of its key was over.
  const mayDiffer = dedupe !== undefined && note.times > 1;
  if (!mayDiffer && indexOf(note.answer!.commandId) !== index) wrongs.push(`${index}: taken, though it was dropped`);
  return wrongs;
}

/** Of one key, none is accepted before the time of the one before is over. */
function judgeKeys(sent: Sent, taken: Taken): readonly string[] {
  const byKey = new Map<string, Span[]>();
  for (const [index, { recordedAt }] of taken) {
    const { firstSentAt: from, times, answer } = sent.get(index)!;
    const to = times === 1 ? Math.min(answer!.at, recordedAt.getTime()) : recordedAt.getTime();
    const span = { index, from, to };
    byKey.set(keyOf(index), [...(byKey.get(keyOf(index)) ?? []), span]);
  }
  return [...byKey].flatMap(([key, spans]) => {
    const forMs = timingOf(spans[0]!.index).dedupe?.forMs ?? 0;
    const inOrder = spans.toSorted((one, other) => one.from - other.from);
    return inOrder.slice(1).flatMap(({ index, from, to }, at) => {
      const before = inOrder[at]!;
      const mostMs = Math.max(to - before.from, before.to - from);
      return mostMs < forMs ? [`${key}: ${before.index} and ${index}, at most ${mostMs} ms apart`] : [];
    });
  });
}

/** Commands without a key have one of their own. */
function keyOf(index: number): string {
  return timingOf(index).dedupe?.key ?? `${index}`;
}
