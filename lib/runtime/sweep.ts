import { setTimeout as delay } from 'node:timers/promises';
import type { RecurringJob } from '../recurring-jobs/recurring-job.js';
import type { Reconciliation } from './reconciliation/reconciliation.js';
import type { UndispatchedSweep } from './undispatched-sweep.js';

/** Bound of a run, which compares with the whole log when a server has lost its memory. */
const TIMEOUT_MS = 3_600_000;

/**
 * What one of all workers does again and again, so that nothing is forgotten: it stages what was appended and not
 * staged, and looks whether what was staged may be lost. While it compares on that account, it sweeps on.
 */
export class Sweep implements RecurringJob {
  readonly name = 'sweep-undispatched';
  readonly timeoutMs = TIMEOUT_MS;

  /** @param intervalMs also how long an event is left to the process that appended it */
  constructor(
    private readonly undispatched: Pick<UndispatchedSweep, 'run'>,
    private readonly reconciliation: Pick<Reconciliation, 'afterLoss'>,
    readonly intervalMs: number,
  ) {}

  readonly run = async (signal: AbortSignal): Promise<void> => {
    await this.undispatched.run(signal);
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    const comparing = this.reconciliation.afterLoss(either).finally(() => ended.abort());
    const sweeping = this.sweepUntil(either).finally(() => ended.abort());
    const [compared, swept] = await Promise.allSettled([comparing, sweeping]);
    // What made the other one end comes first.
    if (swept.status === 'rejected') throw swept.reason;
    if (compared.status === 'rejected') throw compared.reason;
  };

  private async sweepUntil(signal: AbortSignal): Promise<void> {
    for (;;) {
      await delay(this.intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      await this.undispatched.run(signal);
    }
  }
}
