import type { Clock } from '../../clock/clock.js';
import type { EventSerializer } from '../../events/event-serializer.js';
import type { DistributedLock } from '../../locks/distributed-lock.js';
import { Reconciler } from '../reconciliation/reconciler.js';
import type { PipelineRegistry } from '../../pipeline/pipeline-registry.js';
import type { GroupQueue } from '../../queue/group-queue.js';
import type { Storage } from '../../storage/storage.js';
import type { Comparison } from '../comparisons/comparison.js';
import type { ComponentBirths } from '../component-births.js';
import type { EventRouter } from '../event-router.js';
import type { BuildLedger } from './build-ledger.js';
import { BuildRunner } from './build-runner.js';
import { FoldBuilder } from './fold-builder.js';
import { LaneSettling } from './lane-settling.js';
import { MapBuilder } from './map-builder.js';
import { ProjectionBuild } from './projection-build.js';
import type { ProjectionBuilder } from './projection-builder.js';
import type { BuiltProjection, UnbuiltVersions } from './unbuilt-versions.js';

const READING = { recordEveryMs: 1_000, maxSliceEvents: 500 };
/** Events of one stream after which its row is saved, so that a long one is not begun anew when a build is interrupted. */
const MAX_EVENTS_BETWEEN_ROWS = 10_000;

export interface BuildsTools {
  readonly pipelines: PipelineRegistry;
  readonly storage: Storage;
  readonly queue: GroupQueue;
  readonly locks: DistributedLock;
  readonly router: EventRouter;
  readonly births: ComponentBirths;
  readonly unbuilt: UnbuiltVersions;
  readonly ledger: BuildLedger;
  readonly comparisons: readonly Comparison[];
  readonly serializer: EventSerializer;
  readonly clock: Clock;
  readonly checkPurity: boolean;
}

/** Puts together what builds the versions of projections. */
export function createBuilds(tools: BuildsTools): BuildRunner {
  const { pipelines, storage, queue, locks, unbuilt, ledger, comparisons, clock } = tools;
  const { log, events: store } = storage;
  const settling = new LaneSettling(queue.control);
  return new BuildRunner({
    unbuilt,
    locks,
    ledger,
    build: (projection) =>
      new ProjectionBuild(
        projection,
        builderOf(projection, tools),
        comparisons.filter(({ component }) => component === projection.component),
        { log, store, queue, ledger, settling, clock, reading: READING },
      ),
    // A build reacts to nothing; what its durable reactors lack they lacked before it.
    follow: async (projection, signal) => {
      const reactors = projection.kind === 'fold' ? pipelines.reactorsOf(projection).map(({ name }) => name) : [];
      for (const comparison of comparisons) {
        const isOne = comparison.kind === 'reactor' && reactors.includes(comparison.component);
        if (isOne) await new Reconciler(queue).reconcile(comparison, { signal });
      }
    },
  });
}

/** A fold with keys has none: its links are the work of lanes, in the order of their sources. */
function builderOf(projection: BuiltProjection, tools: BuildsTools): ProjectionBuilder | undefined {
  const { pipelines, storage, queue, router, births, serializer, checkPurity } = tools;
  const { projections, records } = storage;
  if (projection.kind === 'map') return new MapBuilder(projection, { serializer, records, queue, router });
  if (projection.sources) return undefined;
  // Who tells nobody may fold whatever there is.
  const isSilent = pipelines.reactorsOf(projection).length === 0;
  return new FoldBuilder(projection, {
    ...{ serializer, projections, queue, router, checkPurity },
    maxEventsBetweenRows: MAX_EVENTS_BETWEEN_ROWS,
    before: (tenantId) => (isSilent ? Number.POSITIVE_INFINITY : births.of(projection.component, tenantId)),
  });
}
