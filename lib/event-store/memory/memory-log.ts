import type { StoredEvent } from '../../events/stored-event.js';
import { encodeKey } from '../../tenancy/encode-key.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { StreamId } from '../stream-id.js';

/** The events of one stream; the event with sequence n stands at index n - 1. */
export interface MemoryStream {
  readonly id: StreamId;
  readonly events: StoredEvent[];
  readonly appends: Map<string, { readonly first: number; readonly last: number }>;
}

/** What the store in memory keeps: each event in its stream, and in the log of its tenant. */
export class MemoryLog {
  private readonly byStream = new Map<string, MemoryStream>();
  private readonly byTenant = new Map<TenantId, StoredEvent[]>();

  streams(): Iterable<MemoryStream> {
    return this.byStream.values();
  }

  stream(id: StreamId): MemoryStream | undefined {
    return this.byStream.get(streamKey(id));
  }

  /** All events of a tenant; the n-th stands at index n - 1. */
  tenant(tenantId: TenantId): readonly StoredEvent[] {
    return this.byTenant.get(tenantId) ?? [];
  }

  head(id: StreamId): number {
    return this.stream(id)?.events.length ?? 0;
  }

  /** The events of the append with this key, if the stream knows it. */
  appended(id: StreamId, key: string): readonly StoredEvent[] | undefined {
    const stream = this.stream(id);
    const range = stream?.appends.get(key);
    return range && stream!.events.slice(range.first - 1, range.last);
  }

  /** Puts events, which have their place, at the ends of their stream and of the log of their tenant. */
  add(id: StreamId, stored: readonly StoredEvent[], key: string | undefined): void {
    const stream: MemoryStream = this.stream(id) ?? { id, events: [], appends: new Map() };
    const log = this.byTenant.get(id.tenantId) ?? [];
    for (const event of stored) {
      stream.events.push(event);
      log.push(event);
    }
    const last = stream.events.length;
    if (key !== undefined) stream.appends.set(key, { first: last - stored.length + 1, last });
    this.byStream.set(streamKey(id), stream);
    this.byTenant.set(id.tenantId, log);
  }
}

function streamKey({ tenantId, aggregateType, aggregateId }: StreamId): string {
  return encodeKey(tenantId, aggregateType, aggregateId);
}
