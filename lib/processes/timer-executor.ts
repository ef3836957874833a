import type { Clock } from '../clock/clock.js';
import type { AppendResult } from '../event-store/append-result.js';
import type { TimerJob } from '../queue/job.js';
import type { LaneBatch } from '../queue/lane-batch.js';
import type { StagedJob } from '../queue/staged-job.js';
import type { ProcessOutcome } from './process-executor.js';
import type { ProcessInbox } from './process-inbox.js';
import { processJobOf, timerJob } from './process-jobs.js';
import type { ProcessId, ProcessLog, ProcessPosition } from './process-log.js';
import type { ScheduledWakeUp } from './stream/decision.event.js';
import { wakeUpKey } from './stream/append-keys.js';
import { WakeUpDue } from './stream/wake-up.event.js';

export interface TimerExecutorTools {
  readonly log: ProcessLog;
  readonly inbox: ProcessInbox;
  readonly clock: Clock;
}

/**
 * Looks at wake-ups. A job only says that it may be time: the last decision says whether a wake-up is still scheduled and for
 * when, and the clock whether that is now. Then it comes into the inbox, once; a job that is early waits on. A wake-up that
 * is taken back in this very moment is nobody's when the process comes to it.
 */
export class TimerExecutor {
  constructor(private readonly tools: TimerExecutorTools) {}

  async execute(name: string, { lane: { tenantId }, jobs, abort }: LaneBatch<TimerJob>): Promise<ProcessOutcome> {
    const followUps: StagedJob[] = [];
    const appended: AppendResult[] = [];
    for (const job of jobs) {
      abort.throwIfAborted();
      const id: ProcessId = { name, tenantId, id: job.aggregateId };
      const { clock, inbox } = this.tools;
      const scheduled = await this.scheduled(id, job, clock.now());
      if (!scheduled) continue;
      const earlyMs = scheduled.dueAt - clock.now();
      if (earlyMs > 0) {
        followUps.push(timerJob(id, job.wakeUp, job.since, earlyMs));
        continue;
      }
      const { wakeUp, since } = job;
      const result = await inbox.put(id, wakeUpKey(wakeUp, since), WakeUpDue.of(wakeUp, since), scheduled.metadata);
      appended.push(result);
      followUps.push(processJobOf(id, result));
    }
    return { completed: jobs.length, followUps, appended };
  }

  /** What is known here may be out of date: that a wake-up is not due, or is no more, says the log. */
  private async scheduled(id: ProcessId, job: TimerJob, now: number): Promise<ScheduledWakeUp | undefined> {
    const { log } = this.tools;
    const known = wakeUpOf(job, await log.known(id));
    return known && known.dueAt <= now ? known : wakeUpOf(job, await log.last(id));
  }
}

function wakeUpOf(
  { wakeUp, since }: TimerJob,
  { decision: { wakeUps } }: ProcessPosition,
): ScheduledWakeUp | undefined {
  const found = Object.hasOwn(wakeUps, wakeUp) ? wakeUps[wakeUp] : undefined;
  return found?.since === since ? found : undefined;
}
