import { Clock } from '../clock/clock.js';

/** Macrotasks that work set in motion by a task may take before the next one is due. */
const SETTLING_TURNS = 3;

interface Task {
  readonly at: number;
  readonly run: () => void;
}

/**
 * A clock that a test moves, timers included. Put it in the place of `Clock`:
 * `Test.createTestingModule({ imports }).overrideProvider(Clock).useValue(clock)`.
 *
 * @publicApi
 */
export class TestClock extends Clock {
  private readonly tasks = new Set<Task>();

  /** @param time milliseconds since the epoch */
  constructor(private time = 1_700_000_000_000) {
    super();
  }

  now(): number {
    return this.time;
  }

  schedule(delayMs: number, run: () => void): () => void {
    const task: Task = { at: this.time + delayMs, run };
    this.tasks.add(task);
    return () => void this.tasks.delete(task);
  }

  /**
   * Lets time go by: what is due until then runs, in the order of its time, and each has a moment for what it sets in
   * motion.
   */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await settle();
      const next = this.next(end);
      if (!next) break;
      this.time = Math.max(this.time, next.at);
      this.tasks.delete(next);
      next.run();
    }
    this.time = end;
  }

  private next(end: number): Task | undefined {
    let next: Task | undefined;
    for (const task of this.tasks) if (task.at <= end && (!next || task.at < next.at)) next = task;
    return next;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < SETTLING_TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
