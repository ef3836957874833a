import { Clock } from './clock.js';

/** The machine's own clock. */
export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }

  schedule(delayMs: number, task: () => void): () => void {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  }
}
