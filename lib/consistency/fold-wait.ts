import type { EventStore } from '../event-store/event-store.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { FoldedStream } from '../projections/fold-events.js';
import type { VersionResolver } from '../projections/versions/version-resolver.js';
import type { GroupQueue } from '../queue/group-queue.js';
import type { EventRouter } from '../runtime/event-router.js';
import type { Deadline } from './deadline.js';
import { lastListed } from './last-listed.js';
import type { ProjectionWait } from './projection-wait.js';
import type { StreamRange } from './token-content.js';
import { type Coverage, untilCovered } from './until-covered.js';

/** Waits for rows of folds: a row has what its sequence covers. */
export class FoldWait implements ProjectionWait<FoldDefinition> {
  constructor(
    private readonly store: EventStore,
    private readonly rows: VersionResolver,
    private readonly queue: GroupQueue,
    private readonly router: EventRouter,
  ) {}

  async untilApplied(
    fold: FoldDefinition,
    { stream, lastSequence }: StreamRange,
    deadline: Deadline,
  ): Promise<boolean> {
    if (stream.aggregateType !== fold.aggregateType) return true;
    const { tenantId, aggregateId: id } = stream;
    const lacks: Coverage['lacks'] = (from, to) => lastListed(this.store, stream, fold.types, from, to);
    return this.untilRow(fold, { tenantId, id }, lastSequence, lacks, deadline);
  }

  /** @param lacks see `Coverage` */
  untilRow(
    fold: FoldDefinition,
    { tenantId, id }: FoldedStream,
    to: number,
    lacks: Coverage['lacks'],
    deadline: Deadline,
  ): Promise<boolean> {
    const coverage: Coverage = {
      // As reads see it.
      reached: async () => (await this.rows.load(fold, tenantId, [id]))[0]?.sequence ?? 0,
      lacks,
      job: (first, last) =>
        this.router.foldJob(fold, { tenantId, aggregateId: id, from: first, to: last, events: null }),
    };
    return untilCovered(this.queue, coverage, to, deadline);
  }
}
