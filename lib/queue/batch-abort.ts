/** Aborts a batch, once. Its signal is made when somebody looks at it: signals are dear, and most handlers never do. */
export class BatchAbort {
  private controller: AbortController | undefined;
  private why: Error | undefined;
  private told = (): void => {};

  /** Why the batch was aborted; `undefined` while it was not. */
  get reason(): Error | undefined {
    return this.why;
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.why) this.controller.abort(this.why);
    return this.controller.signal;
  }

  /** What to do when the batch is aborted; at once when it was already. */
  onAbort(tell: () => void): void {
    this.told = tell;
    if (this.why) tell();
  }

  abort(reason: Error): void {
    if (this.why) return;
    this.why = reason;
    this.controller?.abort(reason);
    this.told();
  }
}
