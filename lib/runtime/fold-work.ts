import type { RecordedEvent } from '../events/recorded-event.js';
import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import { carriedSequences } from '../projections/fold-events.js';
import type { FoldExecutor, CoveredInput, Wanted } from '../projections/fold-executor.js';
import type { EventRangeJob, ReactorJob } from '../queue/job.js';
import type { LaneBatch, LaneOutcome } from '../queue/lane-batch.js';
import type { StagedJob } from '../queue/staged-job.js';
import type { DurableReactorExecutor, ReactionJob } from '../reactors/durable-reactor-executor.js';
import { durableReactorJobs } from '../reactors/durable-reactor-jobs.js';
import type { ReactorDefinition } from '../reactors/reactor-definition.js';
import type { ReactorExecutor } from '../reactors/reactor-executor.js';
import { reactorJobs } from '../reactors/reactor-jobs.js';
import type { ComponentBirths } from './component-births.js';

/** Folds, and lets reactors know what was folded. */
export class FoldWork {
  constructor(
    private readonly pipelines: PipelineRegistry,
    private readonly folds: FoldExecutor,
    private readonly reactors: ReactorExecutor,
    private readonly durableReactors: DurableReactorExecutor,
    private readonly births: ComponentBirths,
  ) {}

  async fold(fold: FoldDefinition, batch: LaneBatch<EventRangeJob>): Promise<LaneOutcome> {
    const reactors = this.pipelines.reactorsOf(fold);
    const { tenantId } = batch.lane;
    const { completed, covered, failure } = await this.folds.execute(fold, batch, this.wanted(fold, reactors, batch));
    // What was read from the log may have come there by an import, since this process began.
    if (readsLog(fold, batch, covered)) await this.births.refresh(tenantId);
    const done = { ...batch, jobs: batch.jobs.slice(0, completed) };
    return { completed, followUps: this.followUps(fold, reactors, done, covered), failure };
  }

  async react(reactor: ReactorDefinition, batch: LaneBatch<ReactorJob>): Promise<LaneOutcome> {
    const plain = batch.jobs.findIndex(({ from }) => from === undefined);
    if (plain === 0) {
      await this.reactors.execute(reactor, batch);
      return { completed: 1, followUps: [] };
    }
    // A reactor may have become durable, or ceased to be, since its jobs were staged.
    const jobs = batch.jobs.slice(0, plain === -1 ? batch.jobs.length : plain) as readonly ReactionJob[];
    return this.durableReactors.execute(reactor, {
      lane: batch.lane,
      jobs,
      attempt: batch.attempt,
      redelivered: batch.redelivered,
      abort: batch.abort,
    });
  }

  /** @returns undefined when nobody reacts */
  private wanted(
    { component }: FoldDefinition,
    reactors: readonly ReactorDefinition[],
    { lane: { tenantId } }: LaneBatch,
  ): Wanted | undefined {
    if (reactors.length === 0) return undefined;
    const { births } = this;
    // Asked event by event: a tenant may be imported meanwhile.
    return ({ recordedAt }: RecordedEvent) =>
      reactors.some((reactor) => {
        const bornAt = reactor.options.durable ? births.ofReactor(reactor, tenantId) : births.of(component, tenantId);
        return recordedAt.getTime() >= bornAt;
      });
  }

  private followUps(
    { component }: FoldDefinition,
    reactors: readonly ReactorDefinition[],
    { lane, jobs }: Pick<LaneBatch<EventRangeJob>, 'lane' | 'jobs'>,
    covered: readonly CoveredInput[],
  ): readonly StagedJob[] {
    if (reactors.length === 0) return [];
    const { tenantId } = lane;
    const bornAt = this.births.of(component, tenantId);
    const live = covered.filter(({ event }) => event.recordedAt.getTime() >= bornAt);
    const plain = reactors.filter(({ options }) => !options.durable);
    const durable = reactors.filter(({ options }) => options.durable);
    const of = (reactor: ReactorDefinition): number => this.births.ofReactor(reactor, tenantId);
    const readUpTo = Math.max(0, ...jobs.flatMap(({ to, events }) => (events === null ? [to] : [])));
    return [
      ...reactorJobs(plain, lane, live),
      ...durableReactorJobs(durable, lane, covered, readUpTo, { fold: bornAt, of }),
    ];
  }
}

/** Whether there are events which no job brought along. */
function readsLog(fold: FoldDefinition, { jobs }: LaneBatch<EventRangeJob>, covered: readonly CoveredInput[]): boolean {
  if (covered.length === 0) return false;
  const carried = new Set(jobs.flatMap((job) => carriedSequences(fold, job)));
  return covered.some(({ sequence }) => !carried.has(sequence));
}
