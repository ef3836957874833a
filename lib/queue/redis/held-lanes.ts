import { LeaseLostError } from './lease-lost.error.js';
import type { LaneRun } from './lane-run.js';

/** Leases are prolonged once this share of them is over. */
const RENEW_AFTER = 1 / 3;

interface HeldLane {
  readonly run: LaneRun;
  /** When the server last said that the lane is ours, or rather when it was asked; of this process's monotonic clock. */
  leasedAt: number;
  renewing: boolean;
}

/** The lanes in the hands of this process, and how old their leases are. A lane that is lost is aborted at once. */
export class HeldLanes {
  private readonly byLane = new Map<string, HeldLane>();

  constructor(
    private readonly leaseMs: number,
    private readonly lost: (run: LaneRun) => void,
  ) {}

  get size(): number {
    return this.byLane.size;
  }

  add(run: LaneRun, leasedAt: number): void {
    // A lane that comes back while its lost batch still runs: that batch has no part in it any more.
    this.lose(run.claim.lane);
    this.byLane.set(run.claim.lane, { run, leasedAt, renewing: false });
  }

  remove(run: LaneRun): void {
    if (this.holds(run)) this.byLane.delete(run.claim.lane);
  }

  holds({ claim }: Pick<LaneRun, 'claim'>): boolean {
    return this.byLane.get(claim.lane)?.run.claim === claim;
  }

  /** Whether a lease is old enough to be prolonged. */
  isAged(run: LaneRun, now: number): boolean {
    const held = this.byLane.get(run.claim.lane);
    return held?.run === run && now - held.leasedAt > this.leaseMs * RENEW_AFTER;
  }

  /** Marks leases that are a third over. One that could not be prolonged in time counts as lost. */
  check(now: number): void {
    for (const [lane, held] of this.byLane) {
      const age = now - held.leasedAt;
      if (age > this.leaseMs) this.lose(lane);
      else if (age > this.leaseMs * RENEW_AFTER) held.renewing = true;
    }
  }

  /** Those to be prolonged by the next turn; `renewed` or `notRenewed` says how it went. */
  takeAged(): readonly LaneRun[] {
    const aged = [...this.byLane.values()].filter(({ renewing }) => renewing);
    for (const held of aged) held.renewing = false;
    return aged.map(({ run }) => run);
  }

  renewed(runs: readonly LaneRun[], askedAt: number): void {
    for (const run of runs) if (this.holds(run)) this.byLane.get(run.claim.lane)!.leasedAt = askedAt;
  }

  notRenewed(runs: readonly LaneRun[]): void {
    for (const run of runs) if (this.holds(run)) this.byLane.get(run.claim.lane)!.renewing = true;
  }

  lose(lane: string): void {
    const run = this.byLane.get(lane)?.run;
    if (!run || run.abort.reason) return;
    run.abort.abort(new LeaseLostError(lane));
    this.lost(run);
  }

  abortAll(reason: Error): void {
    for (const { run } of this.byLane.values()) run.abort.abort(reason);
  }
}
