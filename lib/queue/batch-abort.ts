/**
 * Aborts a batch, or a call, once. Its signal is made when somebody looks at it: signals are dear, and most handlers
 * never do.
 *
 * @publicApi
 */
export class BatchAbort {
  private controller: AbortController | undefined;
  private why: Error | undefined;
  private readonly told = new Set<(reason: Error) => void>();

  /** Why it was aborted; `undefined` while it was not. */
  get reason(): Error | undefined {
    return this.why;
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.why) this.controller.abort(this.why);
    return this.controller.signal;
  }

  /** What to do when it is aborted; at once when it was already. Calls it off. */
  onAbort(tell: (reason: Error) => void): () => void {
    if (this.why) tell(this.why);
    else this.told.add(tell);
    return () => this.told.delete(tell);
  }

  /** @throws the reason, once it is aborted */
  throwIfAborted(): void {
    if (this.why) throw this.why;
  }

  abort(reason: Error): void {
    if (this.why) return;
    this.why = reason;
    this.controller?.abort(reason);
    for (const tell of this.told) tell(reason);
    this.told.clear();
  }
}
