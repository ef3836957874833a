import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { describeError } from '../../errors/describe-error.js';
import type { RedisConnection } from '../../redis/redis-connection.js';
import { GroupQueue } from '../group-queue.js';
import { wakeKey } from './lane-keys.js';

/** Pause before a mark is taken again of lanes that were left because their tenants have their share here, or must wait. */
const CAPPED_PAUSE_MS = 20;
const RETRY_MS = 100;

export type MarkConnection = Pick<RedisConnection, 'blockingPop' | 'close'>;

/** Who has lanes run, as far as the wait for marks needs him. */
export interface MarkListener {
  /** Groups of which a lane could be taken now; none while there is no use in waiting. */
  waitedFor(): readonly string[];
  /** Whether the last lanes were left because their tenants have their share here, or must wait. */
  isCapped(): boolean;
  /** Resolves when `waitedFor` may have changed. */
  nextChange(): Promise<void>;
  /** There may be lanes. */
  hint(): void;
  /** A mark was taken that another worker needs: it is to be set again. */
  giveBack(group: string): void;
}

/** Waits for the marks that the scripts set where lanes are ready, on a connection of its own, which it blocks. */
export class MarkWaiter {
  private readonly logger = new Logger(GroupQueue.name);
  private closed = false;
  private readonly ended: Promise<void>;

  /** @param maxWaitMs after it the listener looks by himself: for a mark that he missed, and lanes of dead workers */
  constructor(
    private readonly connection: MarkConnection,
    private readonly prefix: string,
    maxWaitMs: number,
    private readonly listener: MarkListener,
  ) {
    this.ended = this.wait(maxWaitMs);
  }

  close(): void {
    this.closed = true;
    this.connection.close();
  }

  /** Resolves after `close` and the next change. */
  end(): Promise<void> {
    return this.ended;
  }

  private async wait(timeoutMs: number): Promise<void> {
    const { listener } = this;
    while (!this.closed) {
      const groups = listener.waitedFor();
      if (groups.length === 0) {
        await listener.nextChange();
        continue;
      }
      // The mark is there for a worker that has none of that tenant's lanes.
      if (listener.isCapped()) await delay(CAPPED_PAUSE_MS);
      try {
        const keys = groups.map((group) => wakeKey(this.prefix, group));
        const key = await this.connection.blockingPop(keys, timeoutMs);
        const group = key?.slice(wakeKey(this.prefix, '').length);
        // Who has no room any more leaves the mark to another.
        if (group !== undefined && !listener.waitedFor().includes(group)) listener.giveBack(group);
        listener.hint();
      } catch (error) {
        if (this.closed) return;
        this.logger.warn({ message: 'The queue cannot be waited for', error: describeError(error) });
        await delay(RETRY_MS);
        listener.hint();
      }
    }
  }
}
