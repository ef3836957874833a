import { ClosedError } from '../../errors/closed.error.js';
import { StoreUnavailableError } from '../store-unavailable.error.js';

/**
 * Does the work of each stream in the order of its coming, one at a time, and that of different streams side by side;
 * work on several streams when it is its turn in each of them.
 * Connections of a pool would take it in any order, and appends that wait for the lock of a stream in the server would
 * each hold a connection.
 */
export class StreamQueue {
  /** The last work of each stream that has some; never rejects. */
  private readonly tails = new Map<string, Promise<unknown>>();
  private waiting = 0;
  private closed = false;

  constructor(private readonly maxWaiting: number) {}

  /** @throws StoreUnavailableError when too much waits, ClosedError; the work was not begun */
  async run<T>(streams: readonly string[], work: () => Promise<T>): Promise<T> {
    if (this.closed) throw new ClosedError('The PostgreSQL event store');
    if (this.waiting >= this.maxWaiting) {
      throw new StoreUnavailableError(`${this.waiting} appends already wait to be written to PostgreSQL`);
    }
    this.waiting += 1;
    const before = streams.flatMap((stream) => this.tails.get(stream) ?? []);
    const result = before.length === 0 ? work() : Promise.all(before).then(work);
    const tail: Promise<void> = result.then(
      () => this.leave(streams, tail),
      () => this.leave(streams, tail),
    );
    for (const stream of streams) this.tails.set(stream, tail);
    return result;
  }

  /** Accepts nothing more, and resolves when all is done, or after `timeoutMs`. */
  async close(timeoutMs: number): Promise<void> {
    this.closed = true;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
    await Promise.race([Promise.all(this.tails.values()), timeout]).finally(() => clearTimeout(timer));
  }

  private leave(streams: readonly string[], tail: Promise<unknown>): void {
    this.waiting -= 1;
    for (const stream of streams) if (this.tails.get(stream) === tail) this.tails.delete(stream);
  }
}
