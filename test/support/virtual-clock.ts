import { Clock } from '../../lib/index.js';

interface Task {
  at: number;
  readonly run: () => void;
}

/** A clock that a test moves, timers included. What it shows may be set, as a machine's may; timers take no notice. */
export class VirtualClock extends Clock {
  private elapsed = 0;
  private readonly tasks = new Set<Task>();

  constructor(private shown = 1_700_000_000_000) {
    super();
  }

  now(): number {
    return this.shown;
  }

  schedule(delayMs: number, run: () => void): () => void {
    const task: Task = { at: this.elapsed + delayMs, run };
    this.tasks.add(task);
    return () => void this.tasks.delete(task);
  }

  /** Lets time go by: what is scheduled until then runs, in order. */
  pass(ms: number): void {
    const end = this.elapsed + ms;
    for (;;) {
      const [next] = [...this.tasks].filter(({ at }) => at <= end).toSorted((one, other) => one.at - other.at);
      if (!next) break;
      this.move(Math.max(0, next.at - this.elapsed));
      this.tasks.delete(next);
      next.run();
    }
    this.move(end - this.elapsed);
  }

  /** Sets what the clock shows. */
  jump(ms: number): void {
    this.shown += ms;
  }

  private move(ms: number): void {
    this.elapsed += ms;
    this.shown += ms;
  }
}
