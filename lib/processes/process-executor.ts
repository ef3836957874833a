import { OutageError } from '../errors/outage.error.js';
import { WrongExpectedSequenceError } from '../event-store/wrong-expected-sequence.error.js';
import type { AppendResult } from '../event-store/append-result.js';
import type { EventRangeJob } from '../queue/job.js';
import type { LaneBatch, LaneOutcome } from '../queue/lane-batch.js';
import type { StagedJob } from '../queue/staged-job.js';
import type { ProcessDefinition } from './process-definition.js';
import type { ProcessInbox } from './process-inbox.js';
import { openJob } from './process-jobs.js';
import { BEGINNING, type ProcessId, type ProcessPosition } from './process-log.js';
import { ProcessRun, type ProcessRunTools } from './process-run.js';

/** After this time a batch takes no further entry, so that what it decided is followed up. */
const MAX_BATCH_MS = 1_000;
/** How often somebody else may be first, in one batch. */
const MAX_CONFLICTS = 5;

/** What came of a batch of a lane of process managers. */
export interface ProcessOutcome extends Pick<LaneOutcome, 'completed' | 'followUps' | 'failure' | 'advanced'> {
  /** What was put into streams of ours. */
  readonly appended: readonly AppendResult[];
}

export interface ProcessExecutorTools extends ProcessRunTools {
  readonly inbox: ProcessInbox;
}

/**
 * Lets a process decide about its inbox, entry by entry. The decision about entry n is event n of its stream, so each entry
 * is decided about once, whoever tries, and a process stands where its last decision says.
 *
 *     entries past the last decision ──method──▶ decisions, on record ──▶ commands and wake-ups staged, job acknowledged
 *
 * Who finds that decisions are on record already, his own from before he died or those of somebody whose lease was lost,
 * lets everything that is open be staged again (`OutboxExecutor`): what followed from them may have been lost.
 */
export class ProcessExecutor {
  constructor(private readonly tools: ProcessExecutorTools) {}

  async execute(process: ProcessDefinition, batch: LaneBatch<EventRangeJob>): Promise<ProcessOutcome> {
    const { tenantId } = batch.lane;
    const id: ProcessId = { name: process.name, tenantId, id: batch.jobs[0]!.aggregateId };
    const { log } = this.tools;
    const endAt = performance.now() + MAX_BATCH_MS;
    const followUps: StagedJob[] = [];
    const appended: AppendResult[] = [];
    const { from } = batch.jobs[0]!;
    // What is known here may be from before others decided, or from before its tenant was forgotten and came back.
    const known = batch.redelivered ? undefined : await this.assumed(id, from);
    let position = known?.sequence === from - 1 ? known : await log.last(id);
    let isCertain = position !== known;
    if (batch.redelivered && position.sequence >= from) followUps.push(openJob(id));
    for (let conflicts = 0; ; conflicts += 1) {
      const run = new ProcessRun(process, id, position, await process.handler.resolve(), this.tools);
      const ended = await this.run(process, batch, run, endAt);
      followUps.push(...run.followUps);
      appended.push(...run.appended);
      const outcome = { ...ended, followUps, appended, advanced: appended.length > 0 };
      const error = ended.failure?.error;
      const isOvertaken = error instanceof WrongExpectedSequenceError;
      const mayBeOvertaken = isOvertaken || (error !== undefined && !isCertain && !(error instanceof OutageError));
      if (!mayBeOvertaken || conflicts === MAX_CONFLICTS) return outcome;
      position = await log.last(id);
      // What it failed at others may have decided about, or an operator: then it is no failure.
      if (!isOvertaken && position.sequence <= run.sequence) return outcome;
      isCertain = true;
      followUps.push(openJob(id));
    }
  }

  /** Whoever is wrong about it finds that out when he fails; so what is before the first entry needs no look. */
  private async assumed(id: ProcessId, from: number): Promise<ProcessPosition> {
    return from === 1 ? BEGINNING : this.tools.log.known(id);
  }

  private async run(
    process: ProcessDefinition,
    { jobs, lane, abort }: LaneBatch<EventRangeJob>,
    run: ProcessRun,
    endAt: number,
  ): Promise<Pick<ProcessOutcome, 'completed' | 'failure'>> {
    const id = { name: process.name, tenantId: lane.tenantId, id: jobs[0]!.aggregateId };
    const range = { from: run.sequence + 1, to: Math.max(...jobs.map(({ to }) => to)) };
    let failure: LaneOutcome['failure'];
    let isInterrupted = false;
    try {
      for await (const entry of this.tools.inbox.entries(process, id, jobs, range)) {
        abort.throwIfAborted();
        run.decide(entry);
        if (run.isFull) await run.flush();
        isInterrupted = performance.now() > endAt;
        if (isInterrupted) break;
      }
    } catch (error) {
      failure = { error };
    }
    try {
      await run.flush();
    } catch (error) {
      failure = { error };
    }
    // What the inbox does not have, though a job speaks of it, is no more.
    if (!failure && !isInterrupted) return { completed: jobs.length };
    const behind = jobs.findIndex(({ to }) => to > run.sequence);
    return { completed: behind === -1 ? jobs.length : behind, ...(behind !== -1 && failure && { failure }) };
  }
}
