import { MAX_BYTES_A_STEP, MAX_JOBS_A_STEP, sizeOf } from './lane-entries.js';
import type { BatchEnd } from './redis-lane-engine.js';

/** Bounds of what one turn tells, with its follow-ups and answers no more than one script takes; a larger end goes alone. */
const MAX_ENDS = 64;
const MAX_ANSWERS = 1_000;

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
    let bytes = 0;
    let answers = 0;
    let count = 0;
    for (const end of this.ends) {
      const size = sizeOf(end.followUps);
      followUps += size.jobs;
      bytes += size.bytes;
      answers += end.answers.length;
      for (const { value } of end.answers) bytes += value.length;
      const isOver = followUps > MAX_JOBS_A_STEP || bytes > MAX_BYTES_A_STEP || answers > MAX_ANSWERS;
      if (count === MAX_ENDS || (count > 0 && isOver)) break;
      count += 1;
    }
    return this.ends.splice(0, count);
  }
}
