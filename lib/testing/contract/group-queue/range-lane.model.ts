import fc from 'fast-check';

/** A range of events: one that brings them along, or one that is to be read from the log. */
export interface ModelRange {
  readonly from: number;
  readonly to: number;
  readonly carries: boolean;
}

/** What is staged while a lane is paused, and how many jobs of its next batch its handler completes before it fails. */
export interface Phase {
  readonly calls: readonly (readonly ModelRange[])[];
  readonly completed: number;
}

const range: fc.Arbitrary<ModelRange> = fc
  .record({ from: fc.integer({ min: 1, max: 6 }), more: fc.nat({ max: 3 }), carries: fc.nat({ max: 3 }) })
  .map(({ from, more, carries }) => ({ from, to: from + more, carries: carries === 0 }));

/** Mostly ranges that are to be read from the log. */
export const phases: fc.Arbitrary<readonly Phase[]> = fc.array(
  fc.record({
    calls: fc.array(fc.array(range, { minLength: 1, maxLength: 3 }), { maxLength: 4 }),
    completed: fc.nat({ max: 3 }),
  }),
  { minLength: 1, maxLength: 4 },
);

/** The ranges of one aggregate in its lane, which is parked when its handler fails. */
export class RangeLaneModel {
  waiting: readonly ModelRange[] = [];
  private handedOut = 0;

  constructor(private readonly maxBatchJobs: number) {}

  stage(range: ModelRange): void {
    const last = this.waiting.length > this.handedOut ? this.waiting.at(-1) : undefined;
    const overlap = last && last.from <= range.to && range.from <= last.to;
    if (!overlap || last.carries || range.carries) {
      this.waiting = [...this.waiting, range];
      return;
    }
    const [from, to] = [Math.min(last.from, range.from), Math.max(last.to, range.to)];
    this.waiting = [...this.waiting.slice(0, -1), { from, to, carries: false }];
  }

  /** Batches are done until one has more jobs than the handler completes. */
  run(completed: number): void {
    while (this.waiting.length > 0) {
      const batch = Math.min(this.waiting.length, this.maxBatchJobs);
      this.waiting = this.waiting.slice(Math.min(completed, batch));
      this.handedOut = Math.max(0, Math.max(this.handedOut, batch) - Math.min(completed, batch));
      if (completed < batch) return;
    }
  }
}
