import { createHash, randomFillSync } from 'node:crypto';
import type { Clock } from '../clock/clock.js';
import type { EventId } from './event-id.js';
import { IdGenerator } from './id-generator.js';
import { uuidV7 } from './uuid-v7.js';

/** UUIDv7 ids. Within one millisecond a counter in the leading random bits keeps them rising. */
export class UuidIdGenerator extends IdGenerator {
  private lastMs = 0;
  private counter = 0;

  constructor(private readonly clock: Clock) {
    super();
  }

  next(): EventId {
    const entropy = randomFillSync(new Uint8Array(10));
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
}
