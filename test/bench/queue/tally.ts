import type { StoredEvent } from '../../../lib/events/stored-event.js';

/** Counts what was handled, after a warm-up, and sees to the order in each lane. */
export class Tally {
  private handled = 0;
  private startedAt = 0;
  private endedAt = 0;
  private readonly last = new Map<string, number>();
  private begin = (): void => {};
  private finish = (): void => {};
  /** Once the warm-up is over. */
  readonly warm = new Promise<void>((resolve) => (this.begin = resolve));
  readonly finished = new Promise<void>((resolve) => (this.finish = resolve));

  /** @param warmUp jobs, at least 1, before those that are timed */
  constructor(
    private readonly warmUp: number,
    private readonly timed: number,
    private readonly ordered: boolean,
  ) {}

  take({ aggregateId, sequence }: StoredEvent): void {
    if (this.ordered && (this.last.get(aggregateId) ?? 0) + 1 !== sequence) {
      throw new Error(`Out of order: ${aggregateId} ${sequence} after ${this.last.get(aggregateId)}`);
    }
    this.last.set(aggregateId, sequence);
    this.handled += 1;
    if (this.handled === this.warmUp) {
      this.startedAt = performance.now();
      this.begin();
    } else if (this.handled === this.warmUp + this.timed) {
      this.endedAt = performance.now();
      this.finish();
    }
  }

  /** Jobs a second. */
  get rate(): number {
    return (this.timed * 1_000) / (this.endedAt - this.startedAt);
  }
}
