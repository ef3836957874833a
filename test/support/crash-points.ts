/** Where a process kills itself. */
export interface Crash {
  readonly point: string;
  /** When it comes there for the n-th time. */
  readonly pass: number;
}

/** The points that a process passes, at one of which it may be told to end as by a power cut. */
export class CrashPoints {
  private passes = 0;

  constructor(private readonly crash?: Crash) {}

  pass(point: string): void {
    if (point !== this.crash?.point) return;
    this.passes += 1;
    if (this.passes === this.crash.pass) process.kill(process.pid, 'SIGKILL');
  }
}
