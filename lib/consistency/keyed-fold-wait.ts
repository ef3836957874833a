import type { EventStore } from '../event-store/event-store.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import { atOnce } from '../projections/links/at-once.js';
import { keysOf } from '../projections/links/keys-of.js';
import { linkStream } from '../projections/links/link-streams.js';
import { cursorKey } from '../projections/links/route-cursor.js';
import type { ProjectionStore } from '../projections/stores/projection-store.js';
import type { GroupQueue } from '../queue/group-queue.js';
import type { EventRouter } from '../runtime/event-router.js';
import type { Deadline } from './deadline.js';
import type { FoldWait } from './fold-wait.js';
import { lastListed } from './last-listed.js';
import type { ProjectionWait } from './projection-wait.js';
import type { StreamRange } from './token-content.js';
import { type Coverage, untilCovered } from './until-covered.js';

/** Keys that are waited for at a time. */
const KEYS_AT_ONCE = 100;

/**
 * Waits for folds with keys: until the aggregate is routed as far as the token says, and then until the row of each key
 * that its events count for has all that was linked to it by then.
 */
export class KeyedFoldWait implements ProjectionWait<FoldDefinition> {
  constructor(
    private readonly store: EventStore,
    private readonly projections: ProjectionStore,
    private readonly folds: FoldWait,
    private readonly queue: GroupQueue,
    private readonly router: EventRouter,
  ) {}

  async untilApplied(fold: FoldDefinition, range: StreamRange, deadline: Deadline): Promise<boolean> {
    if (!fold.sources!.includes(range.stream.aggregateType)) return true;
    if (!(await this.untilRouted(fold, range, deadline))) return false;
    let isApplied = true;
    await atOnce(await this.keys(fold, range), KEYS_AT_ONCE, async (key) => {
      if (!isApplied) return;
      if (!(await this.untilKey(fold, range, key, deadline))) isApplied = false;
    });
    return isApplied;
  }

  private untilRouted(
    fold: FoldDefinition,
    { stream, lastSequence }: StreamRange,
    deadline: Deadline,
  ): Promise<boolean> {
    const { tenantId, aggregateType, aggregateId } = stream;
    const coverage: Coverage = {
      reached: async () => (await this.projections.load([cursorKey(fold, stream)]))[0]?.sequence ?? 0,
      lacks: (from, to) => lastListed(this.store, stream, fold.types, from, to),
      job: (from, to) => this.router.routeJob(fold, aggregateType, { tenantId, aggregateId, from, to, events: null }),
    };
    return untilCovered(this.queue, coverage, lastSequence, deadline);
  }

  private async untilKey(
    fold: FoldDefinition,
    { stream: { tenantId } }: StreamRange,
    key: string,
    deadline: Deadline,
  ): Promise<boolean> {
    const head = await this.store.head(linkStream(fold, tenantId, key));
    // Every link up to the head counts, and is there.
    return this.folds.untilRow(fold, { tenantId, id: key }, head, async (_, to) => to, deadline);
  }

  private async keys(
    fold: FoldDefinition,
    { stream, firstSequence: from, lastSequence: to }: StreamRange,
  ): Promise<ReadonlySet<string>> {
    const keys = new Set<string>();
    for await (const event of this.store.read(stream, { from, to, types: [...fold.types] })) {
      for (const key of keysOf(fold, event, false)) keys.add(key);
    }
    return keys;
  }
}
