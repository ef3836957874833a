import type { Clock } from '../clock/clock.js';

type Waiter = (value: string | undefined) => void;

/** Those in this process who wait for answers, by `answerKey()`. Each waits for a bounded time. */
export class AnswerWaits {
  private readonly waiters = new Map<string, Set<Waiter>>();
  private onNone: (() => void)[] = [];

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.waiters.size;
  }

  has(key: string): boolean {
    return this.waiters.has(key);
  }

  keys(): IterableIterator<string> {
    return this.waiters.keys();
  }

  /** Resolves with the answer, or with `undefined` when the time is over. */
  wait(key: string, timeoutMs: number): Promise<string | undefined> {
    return new Promise((resolve) => {
      const waiter: Waiter = (value) => {
        cancelTimeout();
        this.remove(key, waiter);
        resolve(value);
      };
      const cancelTimeout = this.clock.schedule(timeoutMs, () => waiter(undefined));
      const waiters = this.waiters.get(key) ?? new Set();
      this.waiters.set(key, waiters.add(waiter));
    });
  }

  settle(key: string, value: string | undefined): void {
    for (const waiter of [...(this.waiters.get(key) ?? [])]) waiter(value);
  }

  /** Nobody waits any longer. */
  end(): void {
    for (const key of [...this.waiters.keys()]) this.settle(key, undefined);
  }

  /** Resolves when nobody waits. */
  async none(): Promise<void> {
    if (this.waiters.size > 0) await new Promise<void>((resolve) => this.onNone.push(resolve));
  }

  private remove(key: string, waiter: Waiter): void {
    const waiters = this.waiters.get(key);
    waiters?.delete(waiter);
    if (waiters?.size !== 0) return;
    this.waiters.delete(key);
    if (this.waiters.size === 0) for (const notify of this.onNone.splice(0)) notify();
  }
}
