import { type HostedLanes, type InsideBatch, LaneHost } from './lane-host.js';

/** Runs every lane as soon as it is at hand. */
export class NativeHost extends LaneHost {
  private draining = false;

  constructor(source: HostedLanes, inside: InsideBatch) {
    super(source, inside);
    void this.takeAll();
  }

  async drain(timeoutMs: number): Promise<void> {
    this.draining = true;
    await this.source.drain(timeoutMs);
  }

  private async takeAll(): Promise<void> {
    while (!this.draining) {
      await this.source.lanes();
      for (const run of this.source.take(Infinity)) void this.work(run);
    }
  }
}
