import type { StreamId } from '../stream-id.js';
import { streamKey } from './stream-key.js';
import type { DispatchedStream, UndispatchedList, UndispatchedQuery, UndispatchedStream } from './undispatched-list.js';

/** Beyond it the oldest notes are forgotten; a process that starts compares all heads anyway. */
const MAX_STREAMS = 100_000;

interface Note {
  readonly stream: StreamId;
  readonly from: number;
  readonly to: number;
  readonly since: number;
}

/** The list of the one process that appends, in its memory, oldest first. It ends with the process. */
export class LocalUndispatched implements UndispatchedList {
  private readonly notes = new Map<string, Note>();

  constructor(
    private readonly now: () => number = Date.now,
    private readonly maxStreams = MAX_STREAMS,
  ) {}

  note(stream: StreamId, first: number, last: number): void {
    const key = streamKey(stream);
    const noted = this.notes.get(key);
    this.notes.set(key, noted ? { ...noted, to: last } : { stream, from: first, to: last, since: this.now() });
    if (this.notes.size > this.maxStreams) this.notes.delete(this.notes.keys().next().value!);
  }

  /** The stream ends at `head`: what was noted beyond it was not stored. */
  cut(stream: StreamId, head: number): void {
    const key = streamKey(stream);
    const noted = this.notes.get(key);
    if (noted === undefined || noted.to <= head) return;
    if (noted.from > head) this.notes.delete(key);
    else this.notes.set(key, { ...noted, to: head });
  }

  async list({ olderThanMs, limit }: UndispatchedQuery): Promise<readonly UndispatchedStream[]> {
    const before = this.now() - olderThanMs;
    const found: UndispatchedStream[] = [];
    for (const { stream, from, to, since } of this.notes.values()) {
      if (since > before || found.length === limit) break;
      found.push({ stream, from, sequence: to, since: new Date(since) });
    }
    return found;
  }

  async strike(streams: readonly DispatchedStream[]): Promise<void> {
    for (const { stream, from = 1, sequence } of streams) {
      const key = streamKey(stream);
      const noted = this.notes.get(key);
      if (noted === undefined || from > noted.from || sequence < noted.from) continue;
      this.notes.delete(key);
      if (sequence < noted.to) this.notes.set(key, { ...noted, from: sequence + 1, since: this.now() });
    }
  }
}
