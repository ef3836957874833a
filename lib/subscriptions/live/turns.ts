/** Lets so many in at once, the others in the order of their coming. Who ends while he waits leaves the line. */
export class Turns {
  private active = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly maxActive: number) {}

  /** @throws the reason of the signal, when that comes before the turn */
  async take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.enter(signal);
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  private async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.active < this.maxActive) {
      this.active += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', drop);
        resolve();
      };
      const drop = (): void => {
        this.waiting.delete(enter);
        reject(signal.reason as Error);
      };
      this.waiting.add(enter);
      signal.addEventListener('abort', drop, { once: true });
    });
  }

  /** The place goes straight to the next in line, so that a newcomer cannot overtake. */
  private leave(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.active -= 1;
      return;
    }
    this.waiting.delete(next);
    next();
  }
}
