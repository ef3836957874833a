import { Logger } from '@nestjs/common';
import type { CommandExecutor } from '../commands/command-executor.js';
import { encodeOutcome } from '../commands/outcome-codec.js';
import { OutcomeLog } from '../commands/outcome-log.js';
import { comeDue } from '../commands/come-due.js';
import { UnknownCommandError } from '../commands/unknown-command.error.js';
import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import type { ProcessDefinition } from '../processes/process-definition.js';
import type { RouteDefinition } from '../projections/links/route-definition.js';
import type { RouteExecutor } from '../projections/links/route-executor.js';
import type { MapExecutor } from '../projections/map-executor.js';
import type { CommandJob, EventRangeJob, Job, OutboxJob, ReactorJob, TimerJob } from '../queue/job.js';
import type { LaneComponent } from '../queue/lane.js';
import type { LaneBatch, LaneOutcome } from '../queue/lane-batch.js';
import type { KnownComponent, LaneConsumer } from '../queue/lane-consumer.js';
import type { LanePolicy } from '../queue/lane-policy.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import type { DispatchStrikes } from './dispatch-strikes.js';
import type { EventAnnouncer } from './event-announcer.js';
import type { EventRouter } from './event-router.js';
import type { FoldWork } from './fold-work.js';
import { laneComponents } from './lane-components.js';
import { lanePolicy } from './lane-policies.js';
import type { ProcessWork } from './process-work.js';
import type { SubscriptionWork } from './subscription-work.js';
import type { UnknownCommands } from './unknown-commands.js';
import { UnknownComponentError } from './unknown-component.error.js';

/** Works off lanes: hands each batch to the executor of its kind, and says what follows from it. */
export class LaneWorker implements LaneConsumer {
  private readonly logger = new Logger('EventSourcing');
  private readonly outcomes = new OutcomeLog();

  constructor(
    private readonly pipelines: PipelineRegistry,
    private readonly commands: CommandExecutor,
    private readonly folding: FoldWork,
    private readonly routes: RouteExecutor,
    private readonly maps: MapExecutor,
    private readonly processes: ProcessWork,
    private readonly subscriptions: SubscriptionWork,
    private readonly router: EventRouter,
    private readonly announcer: EventAnnouncer,
    private readonly strikes: DispatchStrikes,
    private readonly unknownCommands: UnknownCommands,
  ) {}

  get components(): readonly KnownComponent[] {
    return laneComponents(this.pipelines);
  }

  policy(component: LaneComponent): LanePolicy {
    return lanePolicy(component, this.pipelines);
  }

  handle(batch: LaneBatch): Promise<LaneOutcome> {
    return TenantContext.run({ tenantId: batch.lane.tenantId }, () => {
      switch (batch.lane.kind) {
        case 'command':
          return this.handleCommands(batch as LaneBatch<CommandJob>);
        case 'delay':
          return Promise.resolve(comeDue(batch as LaneBatch<CommandJob>));
        case 'fold':
          return this.fold(batch as LaneBatch<EventRangeJob>);
        case 'map':
          return this.map(batch as LaneBatch<EventRangeJob>);
        case 'reactor':
          return this.react(batch as LaneBatch<ReactorJob>);
        case 'route':
          return this.route(batch as LaneBatch<EventRangeJob>);
        case 'process':
          return this.processes.decide(this.process(batch), batch as LaneBatch<EventRangeJob>);
        case 'outbox':
          return this.processes.send(this.process(batch), batch as LaneBatch<OutboxJob>);
        case 'timer':
          return this.processes.wake(this.process(batch), batch as LaneBatch<TimerJob>);
        case 'subscription':
          return this.tell(batch as LaneBatch<EventRangeJob>);
      }
    });
  }

  private async handleCommands(batch: LaneBatch<CommandJob>): Promise<LaneOutcome> {
    const { executed, failure } = await this.commands.execute(batch);
    const { fed } = this.router;
    const followUps = [
      ...executed.flatMap(({ appended }) => (appended ? this.router.route(appended, fed) : [])),
      ...this.processes.replies(batch, executed),
    ];
    const answers = executed.map(({ outcome, appended }, index) => {
      const job = batch.jobs[index]!;
      if (appended) this.announcer.announce(appended);
      this.outcomes.note(batch.lane, job, outcome);
      return encodeOutcome(job, outcome);
    });
    if (failure?.error instanceof UnknownCommandError) {
      const { tenantId, component: pipeline, id: aggregateId } = batch.lane;
      const error = failure.error.message;
      this.unknownCommands.note(failure.error.type);
      this.logger.warn({ message: 'A command holds its aggregate back', tenantId, pipeline, aggregateId, error });
    }
    const staged = (revision: string): void => {
      for (const { appended } of executed) if (appended) this.strikes.strike(appended, fed, revision);
    };
    return { completed: executed.length, followUps, answers, staged, failure };
  }

  private fold(batch: LaneBatch<EventRangeJob>): Promise<LaneOutcome> {
    return this.folding.fold(known(this.pipelines.folds, batch), batch);
  }

  private async route(batch: LaneBatch<EventRangeJob>): Promise<LaneOutcome> {
    const route = await this.routeOf(batch);
    const { completed, appended, failure } = await this.routes.execute(route, batch);
    const { fed } = this.router;
    const followUps = appended.map(({ result, events }) => this.router.routeLinks(route, result, events));
    const staged = (revision: string): void => {
      for (const { result } of appended) this.strikes.strike(result, fed, revision);
    };
    return { completed, followUps, staged, failure };
  }

  private async routeOf(batch: LaneBatch<EventRangeJob>): Promise<RouteDefinition> {
    const { component } = batch.lane;
    const process = this.pipelines.processes.get(component);
    if (process) return this.processes.route(process, batch);
    const subscription = this.pipelines.subscriptionOfRoute(component);
    if (subscription?.route) return this.subscriptions.route(subscription, subscription.route, batch);
    return known(this.pipelines.folds, batch);
  }

  private async map(batch: LaneBatch<EventRangeJob>): Promise<LaneOutcome> {
    const { completed, failure } = await this.maps.execute(known(this.pipelines.maps, batch), batch);
    return { completed, followUps: [], failure };
  }

  private process(batch: LaneBatch): ProcessDefinition {
    return known(this.pipelines.processes, batch);
  }

  private tell(batch: LaneBatch<EventRangeJob>): Promise<LaneOutcome> {
    return this.subscriptions.tell(known(this.pipelines.subscriptions, batch), batch);
  }

  private react(batch: LaneBatch<ReactorJob>): Promise<LaneOutcome> {
    return this.folding.react(known(this.pipelines.reactors, batch), batch);
  }
}

function known<D>(definitions: ReadonlyMap<string, D>, { lane }: LaneBatch<Job>): D {
  const definition = definitions.get(lane.component);
  if (!definition) throw new UnknownComponentError(lane);
  return definition;
}
