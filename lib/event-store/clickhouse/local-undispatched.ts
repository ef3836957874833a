import type { TenantId } from '../../tenancy/tenant-id.js';
import type { StreamId } from '../stream-id.js';
import { UndispatchedList } from '../undispatched-list.js';
import type { DispatchedRange, UndispatchedQuery, UndispatchedStream } from '../undispatched-stream.js';
import type { UndispatchedStreams } from './undispatched-streams.js';

/** Beyond it the oldest notes are forgotten, which ends a life of the list. */
const MAX_STREAMS = 100_000;

/** The list of the one process that appends, in its memory. It ends with the process. */
export class LocalUndispatched implements UndispatchedStreams {
  private readonly list: UndispatchedList;

  constructor(
    private readonly now: () => number,
    maxStreams = MAX_STREAMS,
  ) {
    this.list = new UndispatchedList(maxStreams);
  }

  note(stream: StreamId, first: number, last: number): void {
    this.list.note(stream, first, last, this.now());
  }

  /** The stream ends at `head`: what was noted beyond it was not stored. */
  cut(stream: StreamId, head: number): void {
    this.list.strike({ stream, from: head + 1, to: Number.MAX_SAFE_INTEGER });
  }

  async find(query: UndispatchedQuery): Promise<readonly UndispatchedStream[]> {
    return this.list.find(query, this.now());
  }

  async strike(ranges: readonly DispatchedRange[]): Promise<void> {
    for (const range of ranges) this.list.strike(range);
  }

  async life(): Promise<string> {
    return this.list.life;
  }

  async forget(tenantId: TenantId): Promise<void> {
    this.list.forget(tenantId);
  }
}
