import { Clock } from '../../lib/index.js';

/** Its time stands still until a test moves it; what is scheduled runs by the machine's own time. */
export class ManualClock extends Clock {
  /** Delays of what is scheduled and has neither run nor been called off; milliseconds. */
  readonly pending: number[] = [];

  constructor(public time = 1_000) {
    super();
  }

  now(): number {
    return this.time;
  }

  schedule(delayMs: number, task: () => void): () => void {
    this.pending.push(delayMs);
    let isPending = true;
    const settle = (): void => {
      if (isPending) this.pending.splice(this.pending.indexOf(delayMs), 1);
      isPending = false;
    };
    const timer = setTimeout(() => {
      settle();
      task();
    }, delayMs);
    timer.unref();
    return () => {
      settle();
      clearTimeout(timer);
    };
  }
}
