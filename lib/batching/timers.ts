import type { Clock } from '../clock/clock.js';

/**
 * Real timers, unlike those of the injected clock: batches for a server must not stand still in a test that owns the
 * time, and a process must not end while rows wait to be sent. No delay is the end of the turn of the event loop, since a
 * timer of Node waits for a millisecond at least.
 */
export const timers: Pick<Clock, 'schedule'> = {
  schedule(delayMs, task) {
    if (delayMs === 0) {
      const immediate = setImmediate(task);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
