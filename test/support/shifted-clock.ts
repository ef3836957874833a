import { SystemClock } from '../../lib/clock/system-clock.js';

/** The machine's time, as a clock shows it that is ahead, or behind. */
export class ShiftedClock extends SystemClock {
  /** Milliseconds; less than 0 when it is behind. */
  aheadMs = 0;

  override now(): number {
    return super.now() + this.aheadMs;
  }
}
