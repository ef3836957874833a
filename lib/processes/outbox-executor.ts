import type { Clock } from '../clock/clock.js';
import { decodeOutcome } from '../commands/outcome-codec.js';
import type { AppendResult } from '../event-store/append-result.js';
import type { CommandReply, OutboxJob } from '../queue/job.js';
import type { LaneBatch } from '../queue/lane-batch.js';
import type { StagedJob } from '../queue/staged-job.js';
import type { ProcessOutcome } from './process-executor.js';
import type { ProcessInbox } from './process-inbox.js';
import { processJobOf, timerJob } from './process-jobs.js';
import type { ProcessId, ProcessLog } from './process-log.js';
import type { SentCommands } from './sent-commands.js';
import { outcomeKey } from './stream/append-keys.js';
import { CommandConcluded } from './stream/command-concluded.event.js';

export interface OutboxExecutorTools {
  readonly log: ProcessLog;
  readonly inbox: ProcessInbox;
  readonly commands: SentCommands;
  readonly clock: Clock;
}

/**
 * Lets inboxes hear what became of commands, and stages again what a process has open by its last decision: commands whose
 * outcome has not come into the inbox, and wake-ups. What is staged again may be there already: a command is known by its
 * id and answered as before, and a wake-up comes into the inbox once.
 */
export class OutboxExecutor {
  constructor(private readonly tools: OutboxExecutorTools) {}

  async execute(name: string, { lane: { tenantId }, jobs, abort }: LaneBatch<OutboxJob>): Promise<ProcessOutcome> {
    const id: ProcessId = { name, tenantId, id: jobs[0]!.aggregateId };
    const appended: AppendResult[] = [];
    for (const { reply } of jobs) {
      abort.throwIfAborted();
      if (reply) appended.push(await this.put(id, reply));
    }
    const followUps: StagedJob[] = appended.map((result) => processJobOf(id, result));
    // After the outcomes at hand, so that none of their commands is sent again.
    if (jobs.some(({ reply }) => !reply)) followUps.push(...(await this.open(id)));
    return { completed: jobs.length, followUps, appended };
  }

  private put(id: ProcessId, { decision, index, outcome, metadata }: CommandReply): Promise<AppendResult> {
    const concluded = CommandConcluded.of(decision, index, decodeOutcome(outcome));
    return this.tools.inbox.put(id, outcomeKey(decision, index), concluded, metadata);
  }

  private async open(id: ProcessId): Promise<readonly StagedJob[]> {
    const { log, inbox, clock } = this.tools;
    const { decision: last } = await log.last(id);
    const now = clock.now();
    const timers = Object.entries(last.wakeUps).map(([wakeUp, { since, dueAt }]) =>
      timerJob(id, wakeUp, since, dueAt - now),
    );
    const awaiting = Object.entries(last.awaiting).map(([decision, indexes]) => [Number(decision), indexes] as const);
    if (awaiting.length === 0) return timers;
    const keys = awaiting.flatMap(([decision, indexes]) => indexes.map((index) => outcomeKey(decision, index)));
    const concluded = await inbox.known(id, keys);
    return [...timers, ...(await this.resend(id, new Map(awaiting), concluded))];
  }

  private async resend(
    id: ProcessId,
    awaiting: ReadonlyMap<number, readonly number[]>,
    concluded: ReadonlySet<string>,
  ): Promise<readonly StagedJob[]> {
    const { log, commands, clock } = this.tools;
    const staged: StagedJob[] = [];
    for await (const { sequence, metadata, data } of log.decisions(id, [...awaiting.keys()])) {
      const indexes = awaiting.get(sequence)!.filter((index) => !concluded.has(outcomeKey(sequence, index)));
      const decision = { sequence, metadata, at: data.at, commands: data.commands };
      staged.push(...commands.jobsAgain(id, decision, indexes, clock.now()));
    }
    return staged;
  }
}
