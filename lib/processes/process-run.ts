import type { Clock } from '../clock/clock.js';
import type { EventMetadata } from '../events/event-metadata.js';
import type { AppendResult } from '../event-store/append-result.js';
import type { StagedJob } from '../queue/staged-job.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import { decide } from './decide.js';
import type { ProcessDefinition } from './process-definition.js';
import type { ProcessEntry } from './process-entry.js';
import type { ProcessHandler } from './process-handler.js';
import { timerJob } from './process-jobs.js';
import type { NewDecision, ProcessId, ProcessLog, ProcessPosition } from './process-log.js';
import type { SentCommands } from './sent-commands.js';
import type { DecisionData, ScheduledWakeUp } from './stream/decision.event.js';

/** Bounds of one append; the last decision of it may go beyond those of commands and bytes. */
const MAX_DECISIONS = 100;
const MAX_COMMANDS = 500;
const MAX_BYTES = 1_048_576;

export interface ProcessRunTools {
  readonly log: ProcessLog;
  readonly commands: SentCommands;
  readonly clock: Clock;
}

/**
 * Takes one process forward: decides entry by entry, and puts what it decided on record in few appends. What follows from
 * decisions, their commands and wake-ups, is there to be staged once they are on record.
 */
export class ProcessRun {
  readonly appended: AppendResult[] = [];
  readonly followUps: StagedJob[] = [];
  private decisions: NewDecision[] = [];
  private commands = 0;
  private bytes = 0;
  private saved: ProcessPosition;
  private decided: DecisionData;

  constructor(
    private readonly process: ProcessDefinition,
    private readonly id: ProcessId,
    from: ProcessPosition,
    private readonly handler: ProcessHandler<unknown>,
    private readonly tools: ProcessRunTools,
  ) {
    this.saved = from;
    this.decided = from.decision;
  }

  /** Up to where decisions are on record. */
  get sequence(): number {
    return this.saved.sequence;
  }

  get isFull(): boolean {
    return this.decisions.length >= MAX_DECISIONS || this.commands >= MAX_COMMANDS || this.bytes >= MAX_BYTES;
  }

  /** @throws what the method of the process manager throws, or its answer is not worth; nothing of it counts then */
  decide(entry: ProcessEntry): void {
    const { tenantId, id: processId } = this.id;
    const { commands, clock } = this.tools;
    const metadata = metadataOf(entry);
    const point = { tenantId, processId, sequence: entry.sequence, now: clock.now(), metadata };
    const decision = TenantContext.run({ ...metadata, tenantId }, () =>
      decide(this.process, this.decided, entry, point, {
        handler: this.handler,
        encode: commands.encoding(this.process, point),
        rejectionOf: (outcome) => commands.rejection(outcome),
      }),
    );
    this.decided = decision;
    this.decisions.push({ decision, metadata });
    this.commands += decision.commands.length;
    this.bytes += JSON.stringify(decision).length;
  }

  /** Puts on record what was decided. @throws WrongExpectedSequenceError */
  async flush(): Promise<void> {
    const { decisions, saved: before, id } = this;
    if (decisions.length === 0) return;
    const result = await this.tools.log.append(id, before.sequence, decisions);
    this.appended.push(result);
    this.decisions = [];
    this.commands = 0;
    this.bytes = 0;
    this.saved = { sequence: result.lastSequence, decision: this.decided };
    for (const [index, { decision, metadata }] of decisions.entries()) {
      const { at, commands } = decision;
      const on = { sequence: result.firstSequence + index, metadata, at, commands };
      this.followUps.push(...this.tools.commands.jobs(id, on, this.tools.clock.now()));
    }
    this.followUps.push(...this.timers(before.decision, this.decided));
  }

  /** Those that are new wait for their time; those that were taken back are looked at, so that they wait no more. */
  private timers(before: DecisionData, after: DecisionData): readonly StagedJob[] {
    const now = this.tools.clock.now();
    const gone = missing(before.wakeUps, after.wakeUps).map(([name, { since }]) => timerJob(this.id, name, since, 0));
    const added = missing(after.wakeUps, before.wakeUps).map(([name, { since, dueAt }]) =>
      timerJob(this.id, name, since, dueAt - now),
    );
    return [...gone, ...added];
  }
}

/** Those of one that another does not have. */
function missing(
  one: DecisionData['wakeUps'],
  other: DecisionData['wakeUps'],
): readonly (readonly [string, ScheduledWakeUp])[] {
  return Object.entries(one).filter(([name, { since }]) => other[name]?.since !== since);
}

/** What a process does about something belongs to what that belongs to. */
function metadataOf({ id, metadata }: ProcessEntry): EventMetadata {
  const { correlationId = id } = metadata;
  return { ...metadata, correlationId, causationId: id };
}
