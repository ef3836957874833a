import type { Clock } from '../clock/clock.js';
import { encodeKey } from '../tenancy/encode-key.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import type { FoldState } from './fold-state.js';
import type { ProjectionKey } from './stores/projection-row.js';

/** Map, entry and numbers of one row. */
const ROW_OVERHEAD_BYTES = 256;
/** What is older is not used: so long another process may not know that a tenant was forgotten. */
const MAX_AGE_MS = 60_000;

interface CachedState {
  readonly tenantId: TenantId;
  readonly state: FoldState;
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly putAt: number;
}

/**
 * The states that this process saved last, the least recently used going first. Any of them may be out of date: a fold
 * can begin at every row that ever stood.
 */
export class FoldCache {
  /** In the order of use. */
  private readonly states = new Map<string, CachedState>();
  private bytes = 0;

  /** @param maxBytes of keys and states as JSON text; 0 keeps nothing */
  constructor(
    private readonly maxBytes: number,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  get(key: ProjectionKey): FoldState | undefined {
    const text = textOf(key);
    const cached = this.states.get(text);
    if (!cached) return undefined;
    this.states.delete(text);
    if (this.clock.now() - cached.putAt >= MAX_AGE_MS) {
      this.bytes -= cached.bytes;
      return undefined;
    }
    this.states.set(text, cached);
    return cached.state;
  }

  put(key: ProjectionKey, state: FoldState): void {
    this.delete(key);
    const text = textOf(key);
    const bytes = Buffer.byteLength(text) + Buffer.byteLength(state.json) + ROW_OVERHEAD_BYTES;
    if (bytes > this.maxBytes) return;
    this.states.set(text, { tenantId: key.tenantId, state, bytes, putAt: this.clock.now() });
    this.bytes += bytes;
    for (const oldest of this.states.keys()) {
      if (this.bytes <= this.maxBytes) return;
      this.remove(oldest);
    }
  }

  delete(key: ProjectionKey): void {
    this.remove(textOf(key));
  }

  /** Its streams may begin anew, so nothing of it may be begun with. */
  forget(tenantId: TenantId): void {
    for (const [text, cached] of this.states) if (cached.tenantId === tenantId) this.remove(text);
  }

  private remove(text: string): void {
    this.bytes -= this.states.get(text)?.bytes ?? 0;
    this.states.delete(text);
  }
}

function textOf({ tenantId, projection, version, id }: ProjectionKey): string {
  return encodeKey(tenantId, projection, version, id);
}
