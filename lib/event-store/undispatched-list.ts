import { randomUUID } from 'node:crypto';
import { encodeKey } from '../tenancy/encode-key.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import type { StreamId } from './stream-id.js';
import type { DispatchedRange, UndispatchedQuery, UndispatchedStream } from './undispatched-stream.js';

interface Entry {
  readonly stream: StreamId;
  from: number;
  to: number;
  readonly sinceMs: number;
}

/**
 * The list of undispatched streams in the memory of a process. Each stream has one range, from its first to its last
 * undispatched event; what was dispatched in the middle of it is noted still.
 */
export class UndispatchedList {
  /** In the order of their noting, so that who waits longest comes first. */
  private readonly entries = new Map<string, Entry>();
  private readonly id = randomUUID();
  private forgotten = 0;

  /** @param maxStreams beyond, whoever waits longest is forgotten */
  constructor(private readonly maxStreams: number = Number.POSITIVE_INFINITY) {}

  /** Another one whenever something was forgotten. */
  get life(): string {
    return `${this.id}:${this.forgotten}`;
  }

  note(stream: StreamId, from: number, to: number, nowMs: number): void {
    const key = keyOf(stream);
    const known = this.entries.get(key);
    if (known) known.to = to;
    else this.entries.set(key, { stream, from, to, sinceMs: nowMs });
    if (this.entries.size <= this.maxStreams) return;
    this.entries.delete(this.entries.keys().next().value!);
    this.forgotten += 1;
  }

  find({ olderThanMs, limit }: UndispatchedQuery, nowMs: number): readonly UndispatchedStream[] {
    const found: UndispatchedStream[] = [];
    for (const { stream, from, to, sinceMs } of this.entries.values()) {
      if (found.length === limit) break;
      if (sinceMs <= nowMs - olderThanMs) found.push({ stream, from, to, since: new Date(sinceMs) });
    }
    return found;
  }

  strike({ stream, from, to }: DispatchedRange): void {
    const key = keyOf(stream);
    const entry = this.entries.get(key);
    if (!entry) return;
    if (from <= entry.from) entry.from = Math.max(entry.from, to + 1);
    if (to >= entry.to) entry.to = Math.min(entry.to, from - 1);
    if (entry.from > entry.to) this.entries.delete(key);
  }

  forget(tenantId: TenantId): void {
    for (const [key, { stream }] of this.entries) if (stream.tenantId === tenantId) this.entries.delete(key);
  }
}

function keyOf({ tenantId, aggregateType, aggregateId }: StreamId): string {
  return encodeKey(tenantId, aggregateType, aggregateId);
}
