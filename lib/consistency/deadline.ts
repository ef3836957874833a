/** A bound of time that several waits share. */
export class Deadline {
  private readonly at: number;

  constructor(timeoutMs: number) {
    this.at = performance.now() + timeoutMs;
  }

  /** Milliseconds from 0. */
  get leftMs(): number {
    return Math.max(0, Math.ceil(this.at - performance.now()));
  }
}
