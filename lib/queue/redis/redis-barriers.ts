import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Clock } from '../../clock/clock.js';
import { describeError } from '../../errors/describe-error.js';
import type { RedisConnection } from '../../redis/redis-connection.js';
import { GroupQueue } from '../group-queue.js';
import { passedChannel } from './lane-keys.js';
import type { QueueListener } from './queue-listener.js';
import { runScript } from './run-script.js';
import { PLACE_BARRIERS } from './scripts/place-barriers.script.js';
import { STANDING_BARRIERS } from './scripts/standing-barriers.script.js';

/** Lanes of one script. */
const MAX_LANES = 256;
/** Whoever missed a message, or does not hear any, looks by himself after this time. */
const LOOK_AGAIN_MS = 1_000;

/** Somebody who waits for a lane. */
interface Waiter {
  readonly lane: LaneWaiters;
  /** Of his barrier, once it is placed; ids of a lane rise. */
  id?: number;
  readonly settle: (passed: boolean) => void;
}

/** Those who wait for one lane. */
interface LaneWaiters {
  readonly name: string;
  readonly waiters: Set<Waiter>;
  /** The last barrier that was heard to pass: the message may come before the answer that names it. */
  heard: number;
}

/**
 * Waits until what stood in lanes has left them. A barrier is placed behind it on the server, in the same step that sees
 * whether there is anything; the step that takes the last entry before it out of the lane tells all processes. Messages
 * may be lost, so barriers are looked for after each reconnection, and now and then.
 *
 *     wait ──▶ placing ──nothing there──▶ passed        away? placing again at the next look
 *                └──▶ standing ──message, or a look does not find it──▶ passed
 */
export class RedisBarriers {
  private readonly logger = new Logger(GroupQueue.name);
  private readonly lanes = new Map<string, LaneWaiters>();
  /** Barriers that are to be placed. */
  private readonly unplaced = new Set<Waiter>();
  private waiting = 0;
  private isPlacing = false;
  private isLooking = false;
  private ended = false;
  /** Whether the log knows that something is wrong. */
  private isFailing = false;
  private looking: NodeJS.Timeout | undefined;
  private onNone: (() => void)[] = [];

  constructor(
    private readonly connection: Pick<RedisConnection, 'run'>,
    private readonly listener: QueueListener,
    private readonly prefix: string,
    private readonly clock: Clock,
  ) {
    listener.hear(passedChannel(prefix), {
      onMessage: (message) => this.passed(message),
      onListening: () => void this.look(),
    });
  }

  /** See `GroupQueue.awaitLane()`. @param name of the lane, from `laneKey()` */
  wait(name: string, timeoutMs: number): Promise<boolean> {
    if (this.ended) return Promise.resolve(false);
    const lane = this.lanes.get(name) ?? { name, waiters: new Set<Waiter>(), heard: 0 };
    this.lanes.set(name, lane);
    const passed = new Promise<boolean>((resolve) => {
      const waiter: Waiter = {
        lane,
        settle: (hasPassed) => {
          cancelTimeout();
          this.remove(waiter);
          resolve(hasPassed);
        },
      };
      const cancelTimeout = this.clock.schedule(timeoutMs, () => waiter.settle(false));
      lane.waiters.add(waiter);
      this.waiting += 1;
      this.unplaced.add(waiter);
    });
    this.listener.listen();
    void this.place();
    this.looking ??= setInterval(() => this.lookAgain(), LOOK_AGAIN_MS).unref();
    return passed;
  }

  /** Resolves when nobody waits, or when the time is over. */
  async quiet(timeoutMs: number): Promise<void> {
    if (this.waiting === 0) return;
    const over = new AbortController();
    const none = new Promise<void>((resolve) => this.onNone.push(resolve));
    await Promise.race([none, delay(timeoutMs, undefined, { signal: over.signal })]);
    over.abort();
  }

  /** Nobody waits any longer. */
  end(): void {
    this.ended = true;
    clearInterval(this.looking);
    for (const waiter of [...this.all()]) waiter.settle(false);
  }

  private remove(waiter: Waiter): void {
    const { lane } = waiter;
    if (!lane.waiters.delete(waiter)) return;
    if (lane.waiters.size === 0) this.lanes.delete(lane.name);
    this.unplaced.delete(waiter);
    this.waiting -= 1;
    if (this.waiting === 0) for (const notify of this.onNone.splice(0)) notify();
  }

  private async place(): Promise<void> {
    if (this.isPlacing) return;
    this.isPlacing = true;
    let batch: readonly Waiter[] = [];
    try {
      while (this.unplaced.size > 0) {
        // What is waited for in one turn of the event loop goes together.
        await immediate();
        batch = [...this.unplaced].slice(0, MAX_LANES);
        for (const waiter of batch) this.unplaced.delete(waiter);
        const names = [...new Set(batch.map(({ lane }) => lane.name))];
        const ids = (await runScript(this.connection, PLACE_BARRIERS, this.prefix, names)) as string[];
        const byName = new Map(names.map((name, index) => [name, ids[index]!]));
        for (const waiter of batch) this.placed(waiter, byName.get(waiter.lane.name)!);
        this.isFailing = false;
      }
    } catch (error) {
      for (const waiter of batch) if (waiter.lane.waiters.has(waiter)) this.unplaced.add(waiter);
      this.warn(error);
    } finally {
      this.isPlacing = false;
    }
  }

  private placed(waiter: Waiter, id: string): void {
    waiter.id = Number(id);
    if (id === '' || waiter.id <= waiter.lane.heard) waiter.settle(true);
  }

  private passed(message: string): void {
    const [name, text] = message.split(' ') as [string, string];
    const lane = this.lanes.get(name);
    if (!lane) return;
    lane.heard = Math.max(lane.heard, Number(text));
    for (const waiter of [...lane.waiters]) {
      if (waiter.id !== undefined && waiter.id <= lane.heard) waiter.settle(true);
    }
  }

  private lookAgain(): void {
    if (this.waiting > 0) {
      this.listener.listen();
      void this.look();
    } else {
      clearInterval(this.looking);
      this.looking = undefined;
    }
  }

  /** Looks which barriers have passed unheard, and places those that could not be placed. */
  private async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    void this.place();
    try {
      const placed = [...this.all()].filter(({ id }) => id !== undefined);
      for (let start = 0; start < placed.length; start += MAX_LANES) {
        const some = placed.slice(start, start + MAX_LANES);
        const args = some.flatMap(({ lane, id }) => [lane.name, id!]);
        const standing = (await runScript(this.connection, STANDING_BARRIERS, this.prefix, args)) as number[];
        some.forEach((waiter, index) => standing[index] === 0 && waiter.settle(true));
      }
    } catch (error) {
      this.warn(error);
    } finally {
      this.isLooking = false;
    }
  }

  private *all(): Iterable<Waiter> {
    for (const { waiters } of this.lanes.values()) yield* waiters;
  }

  private warn(error: unknown): void {
    if (this.isFailing || this.ended) return;
    this.isFailing = true;
    this.logger.warn({ message: 'Lanes that are waited for are looked for again', error: describeError(error) });
  }
}
