import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import type { ProcessSkips } from '../processes/process-skips.js';
import type { FoldSkips } from '../projections/fold-skips.js';
import type { RouteDefinition } from '../projections/links/route-definition.js';
import { checkNote } from '../queue/check-control.js';
import type { EventRangeJob, ReactorJob } from '../queue/job.js';
import type { Lane } from '../queue/lane.js';
import type {
  DeadLetter,
  FailingLane,
  HoldTarget,
  LaneContent,
  LaneFilter,
  OperatorNote,
  ParkedLane,
  QueueAction,
  QueueControl,
  SwitchedOff,
} from '../queue/queue-control.js';
import type { QueueUsage } from '../queue/queue-usage.js';
import type { ReactorDefinition } from '../reactors/reactor-definition.js';
import type { ReactorSkips } from '../reactors/reactor-skips.js';
import type { SubscriptionDefinition } from '../subscriptions/subscription-definition.js';
import type { SubscriptionSkips } from '../subscriptions/subscription-skips.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { UnknownComponentError } from './unknown-component.error.js';

/**
 * What operators do, with skips that folds obey.
 *
 * A fold finds in the log whatever its jobs lack, so an event is not skipped by putting a job aside. It is put on record
 * as skipped instead, and the lane goes on with the same job, of which all other events count.
 */
export class SkippingControl implements QueueControl {
  constructor(
    private readonly control: QueueControl,
    private readonly pipelines: PipelineRegistry,
    private readonly skips: FoldSkips,
    private readonly reactorSkips: ReactorSkips,
    private readonly processSkips: ProcessSkips,
    private readonly subscriptionSkips: SubscriptionSkips,
  ) {}

  async skipJob(lane: Lane, note: OperatorNote): Promise<boolean> {
    const reactor = lane.kind === 'reactor' ? this.pipelines.reactors.get(lane.component) : undefined;
    if (reactor?.options.durable) return this.skipReaction(reactor, lane, note);
    const subscription = lane.kind === 'subscription' ? this.pipelines.subscriptions.get(lane.component) : undefined;
    if (subscription) return this.skipTold(subscription, lane, note);
    if (lane.kind === 'process') return this.skipEntry(lane, note);
    if (lane.kind !== 'fold' && lane.kind !== 'route') return this.control.skipJob(lane, note);
    checkNote(note);
    const fold =
      this.pipelines.folds.get(lane.component) ?? (lane.kind === 'route' ? this.routeOf(lane.component) : undefined);
    if (!fold) throw new UnknownComponentError(lane);
    const content = await this.control.inspect(lane, 1);
    // A lane that fails may go on by itself meanwhile, with the event in its row.
    if (content?.status !== 'parked') return false;
    // On record before the lane goes on, so that whoever takes it knows.
    await this.skips.skipNext(fold, lane, note);
    return this.control.retryLane(lane, note);
  }

  /** A process decides about every entry of its inbox, so the decision about this one is made in its place. */
  private async skipEntry(lane: Lane, note: OperatorNote): Promise<boolean> {
    checkNote(note);
    const content = await this.control.inspect(lane, 1);
    if (content?.status !== 'parked') return false;
    const { component: name, tenantId, id } = lane;
    await this.processSkips.skipNext({ name, tenantId, id }, note);
    return this.control.retryLane(lane, note);
  }

  /** A durable reactor finds in the log whatever its jobs lack, too. */
  private async skipReaction(reactor: ReactorDefinition, lane: Lane, note: OperatorNote): Promise<boolean> {
    checkNote(note);
    const content = await this.control.inspect(lane, 1);
    if (content?.status !== 'parked') return false;
    const job = content.jobs[0] as ReactorJob;
    // Staged before it was durable.
    if (job.from === undefined) return this.control.skipJob(lane, note);
    const isThere = await this.reactorSkips.skipNext(reactor, lane, job, note);
    return isThere ? this.control.retryLane(lane, note) : this.control.skipJob(lane, note);
  }

  /** A subscription does, too, but for what it went on without. */
  private async skipTold(subscription: SubscriptionDefinition, lane: Lane, note: OperatorNote): Promise<boolean> {
    checkNote(note);
    const content = await this.control.inspect(lane, 1);
    if (content?.status !== 'parked') return false;
    const job = content.jobs[0] as EventRangeJob;
    const isThere = await this.subscriptionSkips.skipNext(subscription, lane, job, note);
    return isThere ? this.control.retryLane(lane, note) : this.control.skipJob(lane, note);
  }

  private routeOf(component: string): RouteDefinition | undefined {
    return (this.pipelines.processes.get(component) ?? this.pipelines.subscriptionOfRoute(component))?.route;
  }

  parkedLanes(filter?: LaneFilter): Promise<readonly ParkedLane[]> {
    return this.control.parkedLanes(filter);
  }

  failingLanes(filter?: LaneFilter): Promise<readonly FailingLane[]> {
    return this.control.failingLanes(filter);
  }

  deadLetters(filter?: LaneFilter): Promise<readonly DeadLetter[]> {
    return this.control.deadLetters(filter);
  }

  deadLetter(id: number): Promise<DeadLetter | undefined> {
    return this.control.deadLetter(id);
  }

  inspect(lane: Lane, limit?: number): Promise<LaneContent | undefined> {
    return this.control.inspect(lane, limit);
  }

  retryLane(lane: Lane, note: OperatorNote): Promise<boolean> {
    return this.control.retryLane(lane, note);
  }

  discardJob(lane: Lane, note: OperatorNote): Promise<boolean> {
    return this.control.discardJob(lane, note);
  }

  retryDeadLetter(id: number, note: OperatorNote): Promise<boolean> {
    return this.control.retryDeadLetter(id, note);
  }

  /** What a subscription went on without is on record beside its dead letter. */
  async discardDeadLetter(id: number, note: OperatorNote): Promise<boolean> {
    checkNote(note);
    const letter = await this.control.deadLetter(id);
    const subscription =
      letter?.lane.kind === 'subscription' ? this.pipelines.subscriptions.get(letter.lane.component) : undefined;
    if (!letter || !subscription) return this.control.discardDeadLetter(id, note);
    // Off the record first: cut here, the letter can still be discarded, and nobody tells its event meanwhile.
    await this.subscriptionSkips.giveUp(subscription, letter.lane, letter.job as EventRangeJob, note);
    await this.control.discardDeadLetter(id, note);
    // It is given up, also where somebody took the letter away meanwhile.
    return true;
  }

  redrive(filter: LaneFilter, note: OperatorNote): Promise<number> {
    return this.control.redrive(filter, note);
  }

  pause(target: HoldTarget, note: OperatorNote): Promise<boolean> {
    return this.control.pause(target, note);
  }

  resume(target: HoldTarget, note: OperatorNote): Promise<boolean> {
    return this.control.resume(target, note);
  }

  holds(): Promise<readonly HoldTarget[]> {
    return this.control.holds();
  }

  switchedOff(filter?: LaneFilter): Promise<readonly SwitchedOff[]> {
    return this.control.switchedOff(filter);
  }

  actions(limit?: number): Promise<readonly QueueAction[]> {
    return this.control.actions(limit);
  }

  usageByTenant(): Promise<ReadonlyMap<TenantId, QueueUsage>> {
    return this.control.usageByTenant();
  }

  usageByComponent(): Promise<ReadonlyMap<string, QueueUsage>> {
    return this.control.usageByComponent();
  }

  usageByPipeline(): Promise<ReadonlyMap<string, QueueUsage>> {
    return this.control.usageByPipeline();
  }
}
