import type { EventStore } from '../../event-store/event-store.js';
import type { StreamHead } from '../../event-store/stream-head.js';
import type { ProjectionSequence, ProjectionStore } from '../../projections/stores/projection-store.js';
import type { Lane } from '../../queue/lane.js';
import type { StagedJob } from '../../queue/staged-job.js';
import { reactionUpTo } from '../../reactors/durable-reactor-jobs.js';
import { cursorsName, cursorsVersion } from '../../reactors/reactor-cursor.js';
import type { ReactorDefinition } from '../../reactors/reactor-definition.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { withProgress } from '../behind.js';
import type { EventRouter } from '../event-router.js';
import type { Comparison } from './comparison.js';
import { sequenceProgress } from './sequence-progress.js';

/** Rows that are looked at together. */
const ROWS_AT_ONCE = 50;

/**
 * A durable reactor lacks the events that it lists, that its fold's row covers, and that lie past its cursor. Where the
 * row is behind, the fold gets a job as well, whose end leads to the reactions: a worker may just be about to save it, and
 * to lose what would follow from that.
 */
export class DurableReactorComparison implements Comparison {
  readonly kind = 'reactor';
  readonly component: string;
  readonly follows: string;

  /** @param bornAt since when it reacts; milliseconds since the epoch */
  constructor(
    private readonly reactor: ReactorDefinition,
    private readonly store: EventStore,
    private readonly projections: ProjectionStore,
    private readonly router: EventRouter,
    private readonly bornAt: (tenantId: TenantId) => number,
  ) {
    this.component = reactor.name;
    this.follows = reactor.fold.component;
  }

  async *lack(tenantId?: TenantId, signal?: AbortSignal): AsyncIterable<StagedJob> {
    const { fold, types } = this.reactor;
    const { name, version, aggregateType, sources } = fold;
    // Of links every one counts.
    const heads = this.store.heads({ aggregateType, types: sources ? undefined : [...types], tenantId });
    const rows = this.projections.sequences(name, version, tenantId);
    const cursors = this.projections.sequences(cursorsName(this.reactor), cursorsVersion(aggregateType), tenantId);
    let some: Lacking[] = [];
    for await (const one of withBoth(heads, rows, cursors, signal)) {
      if (one.cursor >= one.head.sequence) continue;
      some.push(one);
      if (some.length < ROWS_AT_ONCE) continue;
      yield* this.jobs(some);
      some = [];
    }
    yield* this.jobs(some);
  }

  private async *jobs(streams: readonly Lacking[]): AsyncIterable<StagedJob> {
    const untouched = await this.untouched(streams.filter(({ row, head }) => row >= head.sequence));
    for (const one of streams) {
      if (untouched.has(one)) continue;
      const { head, row, cursor } = one;
      const { tenantId, aggregateId } = head;
      const { aggregateType, component } = this.reactor.fold;
      const lane: Lane = { tenantId, kind: 'fold', component, aggregateType, id: aggregateId };
      if (row > cursor) yield reactionUpTo(this.reactor, lane, Math.min(row, head.sequence));
      if (row >= head.sequence) continue;
      const range = { tenantId, aggregateId, from: row + 1, to: head.sequence, events: null };
      yield this.router.foldJob(this.reactor.fold, range);
    }
  }

  /** Those whose row has not moved since the reactor was born: of a long history most have not. */
  private async untouched(streams: readonly Lacking[]): Promise<ReadonlySet<Lacking>> {
    const { name, version } = this.reactor.fold;
    const bornLater = streams.filter(({ head }) => this.bornAt(head.tenantId) > 0);
    const rows = await this.projections.load(
      bornLater.map(({ head }) => ({
        tenantId: head.tenantId,
        projection: name,
        version,
        id: head.aggregateId,
      })),
    );
    return new Set(
      // A tenant may have been forgotten meanwhile, and its rows with it.
      bornLater.filter(({ head }, index) => (rows[index]?.updatedAt ?? 0) < this.bornAt(head.tenantId)),
    );
  }
}

/** How far the fold and the reactor have come on a stream. */
interface Lacking {
  readonly head: StreamHead;
  readonly row: number;
  readonly cursor: number;
}

async function* withBoth(
  heads: AsyncIterable<StreamHead>,
  rows: AsyncIterable<ProjectionSequence>,
  cursors: AsyncIterable<ProjectionSequence>,
  signal?: AbortSignal,
): AsyncIterable<Lacking> {
  const known: { readonly head: StreamHead; readonly row: number }[] = [];
  const passOn = async function* (): AsyncIterable<StreamHead> {
    for await (const { head, value } of withProgress(heads, sequenceProgress(rows), signal)) {
      known.push({ head, row: value });
      yield head;
    }
  };
  // Heads come out in the order in which they went in.
  for await (const { value } of withProgress(passOn(), sequenceProgress(cursors), signal)) {
    yield { ...known.shift()!, cursor: value };
  }
}
