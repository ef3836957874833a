import { ClosedError } from '../errors/closed.error.js';
import { ClickHouseBusyError } from './clickhouse-busy.error.js';

export interface LimiterOptions {
  /** For messages, such as `queries`. */
  readonly what: string;
  readonly maxActive: number;
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
}

interface Waiter {
  readonly enter: () => void;
  readonly fail: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Lets at most `maxActive` callers in at once, the others in the order of their coming; those of a walk before all others,
 * since each of its steps would else wait behind everything that the steps before have led to.
 *
 * It stands in front of the server because a server over its limit rejects, and rejected statements that are sent
 * again make it worse. Both the number of those who wait and their time are bounded.
 */
export class Limiter {
  private active = 0;
  private readonly waiting: Waiter[] = [];
  private readonly walking: Waiter[] = [];
  private closed = false;
  private onIdle: (() => void)[] = [];

  constructor(private readonly options: LimiterOptions) {}

  /**
   * Resolves to the function that gives the place back; calling it again does nothing.
   *
   * @param isWalk whether it is a step of one who takes many, one after the other
   */
  async enter(isWalk = false): Promise<() => void> {
    if (this.closed) throw new ClosedError('The ClickHouse connection');
    if (this.active < this.options.maxActive) this.active += 1;
    else await this.wait(isWalk ? this.walking : this.waiting);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.leave();
    };
  }

  /** Refuses whoever waits or comes, and resolves when the last one inside has left, or after `timeoutMs`. */
  async close(timeoutMs: number): Promise<void> {
    this.closed = true;
    for (const waiter of [...this.walking.splice(0), ...this.waiting.splice(0)]) {
      clearTimeout(waiter.timer);
      waiter.fail(new ClosedError('The ClickHouse connection'));
    }
    if (this.active === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.onIdle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private wait(line: Waiter[]): Promise<void> {
    const { what, maxWaiting, maxWaitMs } = this.options;
    if (line.length >= maxWaiting) {
      throw new ClickHouseBusyError(`${maxWaiting} ${what} already wait for a connection to ClickHouse`);
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        line.splice(line.indexOf(waiter), 1);
        reject(new ClickHouseBusyError(`No connection to ClickHouse came free for ${what} within ${maxWaitMs} ms`));
      }, maxWaitMs);
      const waiter: Waiter = { enter: resolve, fail: reject, timer };
      line.push(waiter);
    });
  }

  /** The place goes straight to the next in line, so that a newcomer cannot overtake. */
  private leave(): void {
    const next = this.walking.shift() ?? this.waiting.shift();
    if (next !== undefined) {
      clearTimeout(next.timer);
      next.enter();
      return;
    }
    this.active -= 1;
    if (this.active === 0) for (const notify of this.onIdle.splice(0)) notify();
  }
}
