import { Logger } from '@nestjs/common';
import { ClosedError } from '../../../errors/closed.error.js';
import { GroupQueue } from '../../group-queue.js';
import type { LaneRun } from '../lane-run.js';
import type { LaneSource } from '../lane-source.js';
import { LeaseLostError } from '../lease-lost.error.js';
import type { BatchEnd } from '../redis-lane-engine.js';

/** What a host needs of a source. */
export type HostedLanes = Pick<LaneSource, 'slots' | 'lanes' | 'take' | 'end' | 'suspend' | 'drain' | 'onLost'>;

/** Runs something as part of a batch. */
export type InsideBatch = <T>(run: () => T) => T;

/** Takes lanes from a source and runs them. What one host has that another has not, is when and how many it takes. */
export abstract class LaneHost {
  protected readonly logger = new Logger(GroupQueue.name);

  constructor(
    protected readonly source: HostedLanes,
    private readonly inside: InsideBatch,
  ) {}

  /** Takes no more, lets what runs end within the bound, aborts and hands back the rest. Never rejects. */
  abstract drain(timeoutMs: number): Promise<void>;

  /** Runs a lane that was taken, to its end. Never rejects. */
  protected work(run: LaneRun): Promise<void> {
    return this.inside(() => run.run()).then((end) => this.end(run, end));
  }

  private end(run: LaneRun, end: BatchEnd): void {
    const { reason } = run.abort;
    if (reason instanceof LeaseLostError) return this.source.end(run);
    const told = reason instanceof ClosedError && end.completed === 0 ? run.handBack() : end;
    this.log(run, told.step);
    this.source.end(run, told);
  }

  private log({ lane, claim }: LaneRun, step: BatchEnd['step']): void {
    if (step !== 'park' && step !== 'dead-letter') return;
    const message = step === 'park' ? 'Lane parked behind a failing job' : 'Job put aside as a dead letter';
    const { kind, component, tenantId, id } = lane;
    this.logger.error({ message, kind, component, tenantId, lane: id, attempts: claim.failures + 1 });
  }
}
