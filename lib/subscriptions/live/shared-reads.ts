import type { Turns } from './turns.js';

interface SharedRead {
  readonly result: Promise<unknown>;
  readonly ending: AbortController;
  readers: number;
}

/**
 * One read for all who ask for the same at a time.
 *
 * *waiting* (for the one before it, then for its turn) → *reading* → *done*, or, when all who asked have ended, *waiting* →
 * *dropped*. Only one that waits is joined: what has begun may have missed what the newcomer was woken for.
 */
export class SharedReads {
  private readonly waiting = new Map<string, SharedRead>();
  private readonly reading = new Map<string, Promise<unknown>>();

  /**
   * @param key the same for the same `work`
   * @throws what `work` throws, and the reason of the signal, when nobody else waits
   */
  async read<T>(key: string, turns: Turns, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const shared = this.waiting.get(key) ?? this.begin(key, turns, work);
    shared.readers += 1;
    const leave = (): void => {
      shared.readers -= 1;
      if (shared.readers > 0) return;
      this.forget(key, shared);
      shared.ending.abort();
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      return (await shared.result) as T;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  private begin(key: string, turns: Turns, work: () => Promise<unknown>): SharedRead {
    const ending = new AbortController();
    const start = (): Promise<unknown> => {
      this.forget(key, shared);
      const result = work().finally(() => this.reading.delete(key));
      this.reading.set(key, result);
      return result;
    };
    const wait = async (): Promise<unknown> => {
      // Where nothing is read it is a moment all the same, in which all whom one announcement wakes ask.
      await this.reading.get(key)?.catch(() => undefined);
      return turns.take(start, ending.signal);
    };
    const shared: SharedRead = { result: wait(), ending, readers: 0 };
    this.waiting.set(key, shared);
    return shared;
  }

  private forget(key: string, shared: SharedRead): void {
    if (this.waiting.get(key) === shared) this.waiting.delete(key);
  }
}
