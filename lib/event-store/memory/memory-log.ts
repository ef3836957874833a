import type { StoredEvent } from '../../events/stored-event.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { StreamId } from '../stream-id.js';
import { eventsOf, headOf, newMemoryStream, streamKey, type KeyRange, type MemoryStream } from './memory-stream.js';

/** What the store in memory keeps: each event in its stream, and in the log of its tenant. */
export class MemoryLog {
  private readonly byStream = new Map<string, MemoryStream>();
  private readonly byTenant = new Map<TenantId, (StoredEvent | undefined)[]>();
  /** How many places the longest log of a forgotten tenant had. New logs begin behind it, so that none is given twice. */
  private placesForgotten = 0;

  streams(): Iterable<MemoryStream> {
    return this.byStream.values();
  }

  stream(id: StreamId): MemoryStream | undefined {
    return this.byStream.get(streamKey(id));
  }

  /** All events of a tenant; the n-th stands at index n - 1, and nothing where it was removed. */
  tenant(tenantId: TenantId): readonly (StoredEvent | undefined)[] {
    return this.byTenant.get(tenantId) ?? [];
  }

  head(id: StreamId): number {
    const stream = this.stream(id);
    return stream ? headOf(stream) : 0;
  }

  /** Those of the events `first` to `last` that are still there. */
  events(id: StreamId, first: number, last: number): readonly StoredEvent[] {
    const stream = this.stream(id);
    return stream && first > stream.emptied.head ? eventsOf(stream, first, last) : [];
  }

  /** The events of the append with this key, if the stream knows it. */
  appended(id: StreamId, key: string): readonly StoredEvent[] | undefined {
    const stream = this.stream(id);
    const range = stream?.appends.get(key);
    return range && eventsOf(stream!, range.first, range.last);
  }

  /** Puts events, which have their place, at the ends of their stream and of the log of their tenant. */
  add(id: StreamId, stored: readonly StoredEvent[], keys: ReadonlyMap<string, KeyRange>): void {
    const stream = this.keep(id);
    const log = this.byTenant.get(id.tenantId) ?? Array.from<StoredEvent | undefined>({ length: this.placesForgotten });
    for (const event of stored) {
      stream.events.push(event);
      log.push(event);
    }
    for (const [key, range] of keys) stream.appends.set(key, range);
    this.byTenant.set(id.tenantId, log);
  }

  /** Says of a stream without events how far it once was. */
  setEmptied(id: StreamId, head: number, recordedAt: number): void {
    this.keep(id).emptied = { head, recordedAt };
  }

  /** Removes the events of a stream, and keeps its head. */
  empty(stream: MemoryStream): void {
    const removed = new Set(stream.events);
    const log = this.byTenant.get(stream.id.tenantId)!;
    for (const [index, event] of log.entries()) if (event && removed.has(event)) log[index] = undefined;
    stream.emptied = { head: headOf(stream), recordedAt: stream.events.at(-1)!.recordedAt };
    stream.events = [];
    stream.appends.clear();
  }

  /** Removes a stream, head and all. */
  drop(stream: MemoryStream): void {
    if (stream.events.length > 0) this.empty(stream);
    this.byStream.delete(streamKey(stream.id));
  }

  /** Removes a tenant, heads and all. */
  forget(tenantId: TenantId): void {
    this.placesForgotten = Math.max(this.placesForgotten, this.tenant(tenantId).length);
    this.byTenant.delete(tenantId);
    for (const [key, { id }] of this.byStream) if (id.tenantId === tenantId) this.byStream.delete(key);
  }

  private keep(id: StreamId): MemoryStream {
    const key = streamKey(id);
    let stream = this.byStream.get(key);
    if (!stream) this.byStream.set(key, (stream = newMemoryStream(id)));
    return stream;
  }
}
