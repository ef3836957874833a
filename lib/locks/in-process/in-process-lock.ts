import type { HeldLock } from '../held-lock.js';
import { LeasedLock } from '../leased-lock.js';

const MICROS_A_MS = 1_000;

/** Locks among the parts of this process. None is ever lost. */
export class InProcessLock extends LeasedLock {
  private readonly held = new Set<string>();
  private lastToken = 0;

  protected async acquire(name: string): Promise<HeldLock | undefined> {
    if (this.held.has(name)) return undefined;
    this.held.add(name);
    this.lastToken = Math.max(this.clock.now() * MICROS_A_MS, this.lastToken + 1);
    const abort = new AbortController();
    return {
      lease: { fencingToken: this.lastToken, signal: abort.signal },
      abort: (reason) => abort.abort(reason),
      release: async () => void this.held.delete(name),
    };
  }

  protected async close(): Promise<void> {}
}
