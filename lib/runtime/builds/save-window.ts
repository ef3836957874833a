/** Saves that are under way at a time. */
const MAX_SAVES = 4;

interface Save<T> {
  readonly mark: T;
  isDone: boolean;
}

/** Saves batches beside each other, and knows up to which one all of them are saved. */
export class SaveWindow<T> {
  /** In order; those that are done wait for the ones before them. */
  private readonly saves: Save<T>[] = [];
  private underWay = 0;
  private failure: { readonly error: unknown } | undefined;
  private onSettled = (): void => {};

  /** @param saved the mark up to which everything is saved */
  constructor(public saved: T) {}

  /**
   * Begins to save, once there is room.
   *
   * @param mark holds once this batch and all before it are saved
   * @throws what an earlier save threw
   */
  async add(save: () => Promise<void>, mark: T): Promise<void> {
    await this.until(MAX_SAVES - 1);
    this.check();
    const entry: Save<T> = { mark, isDone: false };
    this.saves.push(entry);
    this.underWay += 1;
    void save()
      .then(
        () => this.done(entry),
        (error: unknown) => (this.failure ??= { error }),
      )
      .finally(() => {
        this.underWay -= 1;
        this.onSettled();
      });
  }

  /** Resolves when everything is saved. @throws what a save threw */
  async end(): Promise<void> {
    await this.quiet();
    this.check();
  }

  /** Resolves when nothing is under way, saved or not. */
  quiet(): Promise<void> {
    return this.until(0);
  }

  private async until(underWay: number): Promise<void> {
    while (this.underWay > underWay) await new Promise<void>((resolve) => (this.onSettled = resolve));
  }

  private check(): void {
    if (this.failure) throw this.failure.error;
  }

  private done(entry: Save<T>): void {
    entry.isDone = true;
    while (this.saves[0]?.isDone) this.saved = this.saves.shift()!.mark;
  }
}
