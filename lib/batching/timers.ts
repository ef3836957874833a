import type { Clock } from '../clock/clock.js';

/**
 * Real timers, unlike those of the injected clock: batches for a server must not stand still in a test that owns the
 * time, and a process must not end while rows wait to be sent.
 */
export const timers: Pick<Clock, 'schedule'> = {
  schedule(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
