/**
 * The items of batches one after the other, each mapped. Written by hand, since a generator costs several turns of the
 * queue of promises for every item. Leaving the loop, or a `map` that throws, ends the source.
 */
export function oneByOne<B, T>(
  batches: AsyncIterable<readonly B[]>,
  map: (item: B) => T,
): AsyncIterableIterator<T, undefined> {
  return new OneByOne(batches[Symbol.asyncIterator](), map);
}

class OneByOne<B, T> implements AsyncIterableIterator<T, undefined> {
  private batch: readonly B[] = [];
  private at = 0;
  private ended = false;
  private pulling?: Promise<unknown>;

  constructor(
    private readonly source: AsyncIterator<readonly B[]>,
    private readonly map: (item: B) => T,
  ) {}

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.ended) return Promise.resolve({ value: undefined, done: true });
    if (this.at >= this.batch.length) return this.pull();
    let value: T;
    try {
      value = this.map(this.batch[this.at++]!);
    } catch (error) {
      return this.return().then(() => Promise.reject(error));
    }
    return Promise.resolve({ value, done: false });
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.ended = true;
    await this.source.return?.();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Calls that do not wait for each other take their turns. */
  private async pull(): Promise<IteratorResult<T, undefined>> {
    const before = this.pulling;
    const pulled = before === undefined ? this.fetch() : before.then(() => this.fetch());
    this.pulling = pulled;
    await pulled;
    return this.next();
  }

  private async fetch(): Promise<void> {
    while (!this.ended && this.at >= this.batch.length) {
      const result = await this.source.next().catch((error: unknown) => {
        this.ended = true;
        throw error;
      });
      if (result.done) this.ended = true;
      else {
        this.batch = result.value;
        this.at = 0;
      }
    }
  }
}
