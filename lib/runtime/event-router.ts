import type { StoredEvent } from '../events/stored-event.js';
import type { AppendResult } from '../event-store/append-result.js';
import type { DispatchedRange } from '../event-store/undispatched-stream.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { MapDefinition } from '../projections/map-definition.js';
import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import type { EventRangeJob } from '../queue/job.js';
import type { Lane } from '../queue/lane.js';
import type { StagedJob } from '../queue/staged-job.js';
import type { TenantId } from '../tenancy/tenant-id.js';

/** Over how many lanes the aggregates of a tenant are spread for one map. */
const MAP_LANES = 16;

/** One aggregate's events `from` to `to`; `null` when they are to be read from the log. */
export interface EventRange {
  readonly tenantId: TenantId;
  readonly aggregateId: string;
  readonly from: number;
  readonly to: number;
  readonly events: readonly StoredEvent[] | null;
}

/** Decides which lanes events go to. */
export class EventRouter {
  constructor(private readonly pipelines: PipelineRegistry) {}

  /**
   * The jobs that one append gives: for each fold and map that lists any of its events; a fold with keys has them routed
   * to its keys first. Those of a repeat mostly were
   * folded long ago, so a fold is to look at its row first, and need not be sent the events.
   */
  route({ stored, repeated }: Pick<AppendResult, 'stored' | 'repeated'>): readonly StagedJob[] {
    const [first] = stored;
    if (!first) return [];
    const { tenantId, aggregateType, aggregateId, sequence: from } = first;
    const to = stored.at(-1)!.sequence;
    const staged: StagedJob[] = [];
    for (const component of this.componentsOf(aggregateType)) {
      const events = stored.filter(({ type }) => component.types.has(type));
      if (events.length === 0) continue;
      const looksFirst = repeated && component.kind === 'fold';
      const range = { tenantId, aggregateId, from, to, events: looksFirst ? null : events };
      staged.push(this.jobOf(component, aggregateType, range));
    }
    return staged;
  }

  /** The job that links which were appended to the stream of a key give. */
  routeLinks(
    fold: FoldDefinition,
    { stream, firstSequence: from, lastSequence: to }: AppendResult,
    events: readonly StoredEvent[] | null,
  ): StagedJob {
    return this.foldJob(fold, { tenantId: stream.tenantId, aggregateId: stream.aggregateId, from, to, events });
  }

  /** The jobs that let every fold and map of a stream cover a part of it, from the log. */
  routeRange({ stream: { tenantId, aggregateType, aggregateId }, from, to }: DispatchedRange): readonly StagedJob[] {
    const range = { tenantId, aggregateId, from, to, events: null };
    return this.componentsOf(aggregateType).map((one) => this.jobOf(one, aggregateType, range));
  }

  foldJob(fold: FoldDefinition, range: EventRange): StagedJob {
    return stagedJob('fold', fold, range, range.aggregateId);
  }

  mapJob(map: MapDefinition, range: EventRange): StagedJob {
    return stagedJob('map', map, range, String(spread(range.aggregateId)));
  }

  /** @param fold one with keys @param aggregateType of the aggregate whose events are to be routed */
  routeJob({ component }: FoldDefinition, aggregateType: string, range: EventRange): StagedJob {
    return stagedJob('route', { component, aggregateType }, range, range.aggregateId);
  }

  /** What takes the events of these aggregates. */
  private componentsOf(aggregateType: string): readonly (FoldDefinition | MapDefinition)[] {
    const { folds = [], maps = [] } = this.pipelines.ofAggregateType(aggregateType) ?? {};
    return [...folds.filter(({ sources }) => !sources), ...maps, ...this.pipelines.routedFrom(aggregateType)];
  }

  private jobOf(component: FoldDefinition | MapDefinition, aggregateType: string, range: EventRange): StagedJob {
    if (component.kind === 'map') return this.mapJob(component, range);
    return component.sources ? this.routeJob(component, aggregateType, range) : this.foldJob(component, range);
  }
}

function stagedJob(
  kind: EventRangeJob['kind'],
  { component, aggregateType }: Pick<FoldDefinition | MapDefinition, 'component' | 'aggregateType'>,
  { tenantId, ...range }: EventRange,
  id: string,
): StagedJob {
  const lane: Lane = { tenantId, kind, component, aggregateType, id };
  return { lane, job: { kind, ...range } };
}

function spread(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (hash * 31 + text.charCodeAt(index)) | 0;
  return Math.abs(hash) % MAP_LANES;
}
