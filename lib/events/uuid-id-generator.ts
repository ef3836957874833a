import { createHash, randomFillSync } from 'node:crypto';
import type { Clock } from '../clock/clock.js';
import type { EventId } from './event-id.js';
import { IdGenerator } from './id-generator.js';
import { uuidV7 } from './uuid-v7.js';

const ENTROPY_BYTES = 10;
/** Ids whose entropy is fetched at once, because one call of the random source costs more than a whole id. */
const IDS_PER_FETCH = 256;

/** UUIDv7 ids. Within one millisecond a counter in the leading random bits keeps them rising. */
export class UuidIdGenerator extends IdGenerator {
  private lastMs = 0;
  private counter = 0;
  private readonly pool = new Uint8Array(IDS_PER_FETCH * ENTROPY_BYTES);
  private used = this.pool.length;

  constructor(private readonly clock: Clock) {
    super();
  }

  next(): EventId {
    const entropy = this.entropy();
    const now = this.clock.now();
    if (now > this.lastMs) {
      this.lastMs = now;
      this.counter = 0;
    } else if (++this.counter > 0xfff) {
      this.lastMs += 1;
      this.counter = 0;
    }
    entropy[0] = this.counter >> 8;
    entropy[1] = this.counter & 0xff;
    return uuidV7(this.lastMs, entropy) as EventId;
  }

  derive(timeMs: number, seed: string): EventId {
    return uuidV7(timeMs, createHash('sha256').update(seed).digest()) as EventId;
  }

  /** Never the same bytes twice. */
  private entropy(): Uint8Array {
    if (this.used === this.pool.length) {
      randomFillSync(this.pool);
      this.used = 0;
    }
    return this.pool.subarray(this.used, (this.used += ENTROPY_BYTES));
  }
}
