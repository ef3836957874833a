import { setTimeout as delay } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { Commands } from '../commands/commands.js';
import { EventStore } from '../event-store/event-store.js';
import { Projections } from '../projections/projections.js';
import { GroupQueue, type QueueDepth } from '../queue/group-queue.js';

import { NotSettledError } from './not-settled.error.js';

const POLL_MS = 5;
const SETTLE_TIMEOUT_MS = 10_000;

/** An application that a test has started, and closes. @publicApi */
export class TestingApplication {
  constructor(
    /** For everything else that is injectable. */
    readonly app: INestApplicationContext,
  ) {}

  get commands(): Commands {
    return this.app.get(Commands, { strict: false });
  }

  get eventStore(): EventStore {
    return this.app.get(EventStore, { strict: false });
  }

  get projections(): Projections {
    return this.app.get(Projections, { strict: false });
  }

  /**
   * Resolves when everything that was set going is done: commands, projections, reactors, and what they set going. What
   * is parked or a dead letter counts as done: the answer tells of it.
   *
   * @param timeoutMs of the real time; milliseconds. @default 10_000
   * @throws NotSettledError
   */
  async settled(timeoutMs = SETTLE_TIMEOUT_MS): Promise<QueueDepth> {
    const queue = this.app.get(GroupQueue, { strict: false });
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const depth = await queue.depth();
      const left = depth.jobs - depth.parkedJobs;
      if (left === 0 && depth.running === 0) return depth;
      if (performance.now() >= deadline) throw new NotSettledError(left, timeoutMs);
      await delay(POLL_MS);
    }
  }

  /** Finishes what was accepted, and closes the stores. */
  async close(): Promise<void> {
    await this.app.close();
  }
}
