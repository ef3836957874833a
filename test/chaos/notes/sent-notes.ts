import { openSync, readFileSync, writeSync } from 'node:fs';

/** What became of a command, in all processes that sent it one after the other; times in milliseconds since the epoch. */
export interface SentNote {
  readonly firstSentAt: number;
  times: number;
  answer?: { readonly at: number; readonly commandId: string };
}

export interface SentNotes {
  sent(index: number): void;
  answered(index: number, commandId: string): void;
}

/** Opens a journal to write into: a line is there once the call returns, whatever becomes of the process then. */
export function openSentNotes(journal: string): SentNotes {
  const file = openSync(journal, 'a');
  return {
    sent: (index) => void writeSync(file, `sent ${index} ${Date.now()}\n`),
    answered: (index, commandId) => void writeSync(file, `answered ${index} ${Date.now()} ${commandId}\n`),
  };
}

export function readSentNotes(journal: string): ReadonlyMap<number, SentNote> {
  const notes = new Map<number, SentNote>();
  const lines = readFileSync(journal, { encoding: 'utf8', flag: 'a+' }).split('\n').filter(Boolean);
  for (const line of lines) {
    const [what, index, at, commandId] = line.split(' ');
    const note = notes.get(Number(index)) ?? { firstSentAt: Number(at), times: 0 };
    if (what === 'sent') note.times += 1;
    else note.answer = { at: Number(at), commandId: commandId! };
    notes.set(Number(index), note);
  }
  return notes;
}

export function unanswered(notes: ReadonlyMap<number, SentNote>): readonly number[] {
  return [...notes].filter(([, { answer }]) => !answer).map(([index]) => index);
}
