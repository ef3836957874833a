import type { StoredEvent } from '../events/stored-event.js';
import type { AppendResult } from '../event-store/append-result.js';
import type { DispatchedRange } from '../event-store/undispatched-stream.js';
import { openJob, processJob } from '../processes/process-jobs.js';
import type { ProcessId } from '../processes/process-log.js';
import { processOfStream } from '../processes/stream/process-streams.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import { foldOfLinks } from '../projections/links/link-streams.js';
import type { RouteDefinition } from '../projections/links/route-definition.js';
import type { MapDefinition } from '../projections/map-definition.js';
import type { EventRangeJob } from '../queue/job.js';
import type { Lane } from '../queue/lane.js';
import type { StagedJob } from '../queue/staged-job.js';
import { subscriptionJob } from '../subscriptions/subscription-jobs.js';
import { subscriptionOfPartitions } from '../subscriptions/subscription-streams.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { MAP_LANES } from './component-routes.js';
import type { FedComponent, FedComponents } from './fed-components.js';
import type { RouteDirectory } from './route-directory.js';

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
  constructor(private readonly directory: Pick<RouteDirectory, 'current'>) {}

  /** The components that events go to, in this process and in others. */
  get fed(): FedComponents {
    return this.directory.current;
  }

  /**
   * The jobs that one append gives: for each component that lists any of its events; a fold with keys has them routed to
   * its keys first. Those of a repeat mostly were folded long ago, so a fold, or a subscription, is to look at its row first,
   * and need not be sent the events.
   */
  route({ stored, repeated }: Pick<AppendResult, 'stored' | 'repeated'>, fed = this.fed): readonly StagedJob[] {
    const [first] = stored;
    if (!first) return [];
    const { tenantId, aggregateType, aggregateId, sequence: from } = first;
    const to = stored.at(-1)!.sequence;
    const staged: StagedJob[] = [];
    for (const component of fed.of(aggregateType)) {
      const events = stored.filter(({ type }) => component.types.has(type));
      if (events.length === 0) continue;
      const isKnown = repeated && (component.kind === 'fold' || component.kind === 'subscription');
      staged.push(
        toJob(component, aggregateType, { tenantId, aggregateId, from, to, events: isKnown ? null : events }),
      );
    }
    return staged;
  }

  /**
   * The jobs that let every component of a stream cover a part of it, from the log.
   *
   * @param but left out, where they are fed with the same events
   */
  routeRange(
    { stream: { tenantId, aggregateType, aggregateId }, from, to }: DispatchedRange,
    fed = this.fed,
    but?: FedComponents,
  ): readonly StagedJob[] {
    // These feed their process manager, subscription or fold alone, which only other processes may have.
    const process = processOfStream(aggregateType);
    if (process) {
      const id: ProcessId = { name: process.name, tenantId, id: aggregateId };
      return [process.part === 'inbox' ? processJob(id, { from, to, events: null }) : openJob(id)];
    }
    const subscription = subscriptionOfPartitions(aggregateType);
    if (subscription !== undefined) {
      const partition = { tenantId, aggregateType, id: aggregateId };
      return [subscriptionJob(subscription, partition, { from, to, events: null })];
    }
    const component = foldOfLinks(aggregateType);
    if (component !== undefined) {
      return [toJob({ kind: 'fold', component }, aggregateType, { tenantId, aggregateId, from, to, events: null })];
    }
    return fed
      .of(aggregateType)
      .filter((component) => !but?.has(aggregateType, component))
      .map((component) => toJob(component, aggregateType, { tenantId, aggregateId, from, to, events: null }));
  }

  /** The job that links which were appended to the stream of a key, to an inbox or to a partition give. */
  routeLinks(
    { component, aggregateType }: RouteDefinition,
    { stream, firstSequence: from, lastSequence: to }: AppendResult,
    events: readonly StoredEvent[] | null,
  ): StagedJob {
    const { tenantId, aggregateId } = stream;
    const subscription = subscriptionOfPartitions(aggregateType);
    if (subscription !== undefined) {
      return subscriptionJob(subscription, { tenantId, aggregateType, id: aggregateId }, { from, to, events });
    }
    const kind = processOfStream(aggregateType) ? 'process' : 'fold';
    return toJob({ kind, component }, aggregateType, { tenantId, aggregateId, from, to, events });
  }

  foldJob({ kind, component, aggregateType }: FoldDefinition, range: EventRange): StagedJob {
    return toJob({ kind, component }, aggregateType, range);
  }

  /** The job that maps what was appended. */
  mapJob({ kind, component, aggregateType }: MapDefinition, range: EventRange): StagedJob {
    return toJob({ kind, component, lanes: MAP_LANES }, aggregateType, range);
  }

  /** The job that maps what was found to be missing: in a lane of the aggregate, where one that waits takes it up. */
  missingMapJob({ kind, component, aggregateType }: MapDefinition, range: EventRange): StagedJob {
    return toJob({ kind, component }, aggregateType, range);
  }

  /** @param route of a fold with keys, a process manager or a subscription @param aggregateType of the aggregate whose events are to be routed */
  routeJob({ component }: Pick<FoldDefinition, 'component'>, aggregateType: string, range: EventRange): StagedJob {
    return toJob({ kind: 'route', component }, aggregateType, range);
  }
}

function toJob(
  { kind, component, lanes }: Omit<FedComponent, 'types' | 'kind'> & Pick<EventRangeJob, 'kind'>,
  aggregateType: string,
  { tenantId, ...range }: EventRange,
): StagedJob {
  const id = lanes === undefined ? range.aggregateId : String(spread(range.aggregateId, lanes));
  const lane: Lane = { tenantId, kind, component, aggregateType, id };
  return { lane, job: { kind, ...range } };
}

function spread(text: string, lanes: number): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (hash * 31 + text.charCodeAt(index)) | 0;
  return Math.abs(hash) % lanes;
}
