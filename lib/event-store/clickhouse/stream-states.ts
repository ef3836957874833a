import type { TenantId } from '../../tenancy/tenant-id.js';
import { isOfTenant, isOfType } from './stream-key.js';
import type { StreamState } from './stream-state.js';

/**
 * The states of streams at rest, least recently used first, bounded by the number of streams and of their keys. A
 * stream that works takes its state out and puts it back, so nothing in use can be thrown away.
 */
export class StreamStates {
  private readonly states = new Map<string, StreamState>();
  private keys = 0;

  constructor(
    private readonly maxStreams: number,
    private readonly maxKeys: number,
  ) {}

  get size(): number {
    return this.states.size;
  }

  take(streamKey: string): StreamState | undefined {
    const state = this.states.get(streamKey);
    if (state === undefined) return undefined;
    this.states.delete(streamKey);
    this.keys -= state.keys.size;
    return state;
  }

  forget(tenantId: TenantId): void {
    for (const key of [...this.states.keys()]) if (isOfTenant(key, tenantId)) this.take(key);
  }

  forgetType(aggregateType: string): void {
    for (const key of [...this.states.keys()]) if (isOfType(key, aggregateType)) this.take(key);
  }

  put(streamKey: string, state: StreamState): void {
    this.states.set(streamKey, state);
    this.keys += state.keys.size;
    for (const oldest of this.states.keys()) {
      if (this.states.size <= this.maxStreams && this.keys <= this.maxKeys) return;
      this.take(oldest);
    }
  }
}
