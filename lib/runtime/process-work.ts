import { encodeOutcome } from '../commands/outcome-codec.js';
import type { ExecutedCommand } from '../commands/command-executor.js';
import type { OutboxExecutor } from '../processes/outbox-executor.js';
import type { ProcessDefinition } from '../processes/process-definition.js';
import type { ProcessExecutor, ProcessOutcome } from '../processes/process-executor.js';
import { replyJob } from '../processes/process-jobs.js';
import type { TimerExecutor } from '../processes/timer-executor.js';
import type { RouteDefinition } from '../projections/links/route-definition.js';
import type { CommandJob, EventRangeJob, OutboxJob, TimerJob } from '../queue/job.js';
import type { LaneBatch, LaneOutcome } from '../queue/lane-batch.js';
import type { StagedJob } from '../queue/staged-job.js';
import type { ComponentBirths } from './component-births.js';
import type { DispatchStrikes } from './dispatch-strikes.js';
import type { EventRouter } from './event-router.js';

/** Lets processes decide, be woken, and hear of their commands. */
export class ProcessWork {
  constructor(
    private readonly processes: ProcessExecutor,
    private readonly timers: TimerExecutor,
    private readonly outbox: OutboxExecutor,
    private readonly births: ComponentBirths,
    private readonly router: EventRouter,
    private readonly strikes: DispatchStrikes,
  ) {}

  async decide(process: ProcessDefinition, batch: LaneBatch<EventRangeJob>): Promise<LaneOutcome> {
    return this.outcome(await this.processes.execute(process, batch));
  }

  async wake({ name }: ProcessDefinition, batch: LaneBatch<TimerJob>): Promise<LaneOutcome> {
    return this.outcome(await this.timers.execute(name, batch));
  }

  async send({ name }: ProcessDefinition, batch: LaneBatch<OutboxJob>): Promise<LaneOutcome> {
    return this.outcome(await this.outbox.execute(name, batch));
  }

  /** What processes are to hear of their commands that have an outcome. */
  replies({ lane, jobs }: LaneBatch<CommandJob>, executed: readonly ExecutedCommand[]): readonly StagedJob[] {
    return executed.flatMap(({ outcome }, index) => {
      const job = jobs[index]!;
      if (!job.replyTo) return [];
      const { process: name, processId: id, decision, index: nth } = job.replyTo;
      const metadata = { ...job.metadata, causationId: job.commandId };
      const { value } = encodeOutcome(job, outcome);
      return [replyJob({ name, tenantId: lane.tenantId, id }, { decision, index: nth, outcome: value, metadata })];
    });
  }

  /** How the events of a batch come into inboxes: those from before the process manager was born are nothing to it. */
  async route(
    process: ProcessDefinition,
    { lane, jobs, redelivered }: LaneBatch<EventRangeJob>,
  ): Promise<RouteDefinition> {
    const { tenantId } = lane;
    // What is read from the log may have come there by an import, since this process began.
    if (redelivered || jobs.some(({ events }) => events === null)) await this.births.refresh(tenantId);
    const bornAt = this.births.ofProcess(process, tenantId);
    const { route } = process;
    const { key } = route.options;
    return {
      ...route,
      options: { ...route.options, key: (event) => (event.recordedAt.getTime() < bornAt ? [] : key!(event)) },
    };
  }

  private outcome({ completed, followUps, failure, advanced, appended }: ProcessOutcome): LaneOutcome {
    const { fed } = this.router;
    const staged = (revision: string): void => {
      for (const result of appended) this.strikes.strike(result, fed, revision);
    };
    return { completed, followUps, staged, advanced, failure };
  }
}
