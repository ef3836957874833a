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
   * Lets time go by: what is due until then runs, in the order of its time, and has a moment for what it sets in motion
   * before what is due later. That moment is enough for work in memory, and for nothing that waits for a server.
   */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await settle();
      const due = this.next(end);
      if (due.length === 0) break;
      this.time = Math.max(this.time, due[0]!.at);
      for (const task of due) {
        // One may call off another.
        if (this.tasks.delete(task)) task.run();
      }
    }
    this.time = end;
  }

  /** All that are due first, in the order in which they were scheduled. */
  private next(end: number): readonly Task[] {
    let next: Task[] = [];
    for (const task of this.tasks) {
      const at = next[0]?.at ?? end;
      if (task.at < at) next = [task];
      else if (task.at === at) next.push(task);
    }
    return next;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < SETTLING_TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
