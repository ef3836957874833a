import type { Clock } from '../../clock/clock.js';
import type { InProcessLane } from './in-process-lane.js';

interface Barrier {
  /** How many jobs have left the lane when it passes. */
  readonly at: number;
  readonly settle: (passed: boolean) => void;
}

/** Those who wait until what stood in a lane has left it. Each waits for a bounded time. */
export class LaneBarriers {
  private readonly byLane = new Map<InProcessLane, Set<Barrier>>();
  private ended = false;

  constructor(private readonly clock: Clock) {}

  /** See `GroupQueue.awaitLane()`. @param lane absent where nothing stands in it */
  async wait(lane: InProcessLane | undefined, timeoutMs: number): Promise<boolean> {
    if (this.ended) return false;
    if (!lane || lane.size === 0) return true;
    return new Promise((resolve) => {
      const barriers = this.byLane.get(lane) ?? new Set();
      this.byLane.set(lane, barriers);
      const barrier: Barrier = {
        at: lane.left + lane.size,
        settle: (passed) => {
          cancelTimeout();
          barriers.delete(barrier);
          if (barriers.size === 0) this.byLane.delete(lane);
          resolve(passed);
        },
      };
      barriers.add(barrier);
      const cancelTimeout = this.clock.schedule(timeoutMs, () => barrier.settle(false));
    });
  }

  /** Call it when jobs have left the lane. */
  jobsLeft(lane: InProcessLane): void {
    // Whoever came later waits for more.
    for (const barrier of this.byLane.get(lane) ?? []) {
      if (barrier.at > lane.left) return;
      barrier.settle(true);
    }
  }

  /** Nobody waits any longer. */
  end(): void {
    this.ended = true;
    for (const barriers of [...this.byLane.values()]) for (const barrier of [...barriers]) barrier.settle(false);
  }
}
