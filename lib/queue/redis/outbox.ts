import type { BatchEnd } from './redis-lane-engine.js';

/** Bounds of what one turn tells; a single larger end goes alone. */
const MAX_ENDS = 64;
const MAX_FOLLOW_UPS = 1_000;
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
    let answers = 0;
    let count = 0;
    for (const end of this.ends) {
      followUps += end.followUps.reduce((sum, { entries }) => sum + entries.length, 0);
      answers += end.answers.length;
      if (count === MAX_ENDS || (count > 0 && (followUps > MAX_FOLLOW_UPS || answers > MAX_ANSWERS))) break;
      count += 1;
    }
    return this.ends.splice(0, count);
  }
}
