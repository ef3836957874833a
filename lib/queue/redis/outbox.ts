import { MAX_BYTES_A_STEP, MAX_JOBS_A_STEP, sizeOf } from './lane-entries.js';
import type { BatchEnd } from './redis-lane-engine.js';

/** Most ends that one turn tells; together with their follow-ups they are no more than one script takes. */
const MAX_ENDS = 64;

/** Batches that have ended here and not yet on the server, in the order of their ends. */
export class Outbox {
  private ends: BatchEnd[] = [];

  get size(): number {
    return this.ends.length;
  }

  add(end: BatchEnd): void {
    this.ends.push(end);
  }

  /** Of a turn that failed: to be told again first. */
  putBack(ends: readonly BatchEnd[]): void {
    this.ends.unshift(...ends);
  }

  take(): readonly BatchEnd[] {
    let followUps = 0;
    let followUpBytes = 0;
    let count = 0;
    for (const end of this.ends) {
      const { jobs, bytes } = sizeOf(end.followUps);
      followUps += jobs;
      followUpBytes += bytes;
      const isFull = count === MAX_ENDS || followUps > MAX_JOBS_A_STEP || followUpBytes > MAX_BYTES_A_STEP;
      if (count > 0 && isFull) break;
      count += 1;
    }
    return this.ends.splice(0, count);
  }
}
