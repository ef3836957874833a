import type { Clock } from '../clock/clock.js';
import type { EventId } from '../events/event-id.js';
import type { JsonValue } from '../events/json-value.js';
import type { EventLog } from '../event-store/event-log.js';
import type { Lane } from '../queue/lane.js';
import type { OperatorNote } from '../queue/queue-control.js';
import type { FoldDefinition } from './fold-definition.js';
import type { Link } from './links/link.event.js';
import { cursorKey } from './links/route-cursor.js';
import type { ProjectionKey, ProjectionRow } from './stores/projection-row.js';
import type { ProjectionStore } from './stores/projection-store.js';

/** Names of projections of users do not begin so. */
const PREFIX = '$skips:';
/** Times that a record is written anew because another operator was first. */
const MAX_ATTEMPTS = 5;

/** An event that a fold passes over, for ever, because an operator said so. @publicApi */
export interface SkippedEvent extends OperatorNote {
  readonly sequence: number;
  readonly eventId: EventId;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The row beside a fold's own that lists what is skipped of it: of one aggregate, in one version of the fold. */
export function skipsKey({ tenantId, projection, version, id }: ProjectionKey): ProjectionKey {
  return { tenantId, projection: skipsName(projection), version, id };
}

export function skipsName(projection: string): string {
  return PREFIX + projection;
}

export function readSkips(row: ProjectionRow | null | undefined): readonly SkippedEvent[] {
  return row ? (row.state as unknown as readonly SkippedEvent[]) : [];
}

/**
 * Records of skips. They are part of what a fold means: its row at sequence n is the fold of the events 1 to n without
 * those that are skipped. So they stand in the projection store, go with the tenant, and every rebuild reads them.
 */
export class FoldSkips {
  constructor(
    private readonly log: EventLog,
    private readonly projections: ProjectionStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Puts on record that the event is skipped at which a fold stands still, or its route where the lane is one: the next
   * one that it lists and its row, or cursor, does not cover. May be repeated.
   *
   * @returns undefined when there is none
   */
  skipNext(
    fold: Pick<FoldDefinition, 'name' | 'version' | 'types' | 'sources'>,
    lane: Lane,
    note: OperatorNote,
  ): Promise<SkippedEvent | undefined> {
    const { tenantId, aggregateType, id } = lane;
    const key: ProjectionKey =
      lane.kind === 'route'
        ? cursorKey(fold, { tenantId, aggregateType, aggregateId: id })
        : { tenantId, projection: fold.name, version: fold.version, id };
    return this.skipAfter(key, fold, lane, note);
  }

  /**
   * The same for whoever goes over the events of a fold with a cursor.
   *
   * @param key of the row that covers what came before
   * @param upTo sequences beyond it are not looked at
   */
  async skipAfter(
    key: ProjectionKey,
    fold: Pick<FoldDefinition, 'types' | 'sources'>,
    lane: Lane,
    note: OperatorNote,
    upTo = Number.POSITIVE_INFINITY,
  ): Promise<SkippedEvent | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const [row, skips] = await this.projections.load([key, skipsKey(key)]);
      const next = await this.nextEvent(fold, lane, row?.sequence ?? 0, upTo);
      const skipped = readSkips(skips);
      const standing = skipped.find(({ sequence }) => sequence === next?.sequence);
      if (!next || standing || attempt > MAX_ATTEMPTS) return standing;
      const { by, reason } = note;
      const now = this.clock.now();
      const list: readonly SkippedEvent[] = [...skipped, { ...next, by, reason, at: now }];
      await this.projections.save([
        {
          ...skipsKey(key),
          sequence: Math.max(now, (skips?.sequence ?? 0) + 1),
          state: list as unknown as JsonValue,
          updatedAt: now,
        },
      ]);
    }
  }

  /** From the log as rows, since it may be undecodable. */
  private async nextEvent(
    { types, sources }: Pick<FoldDefinition, 'types' | 'sources'>,
    { tenantId, kind, aggregateType, id: aggregateId }: Lane,
    after: number,
    upTo: number,
  ): Promise<Pick<SkippedEvent, 'sequence' | 'eventId'> | undefined> {
    const linked = sources !== undefined && kind !== 'route';
    const place = { tenantId, aggregateType, aggregateId, sequence: after };
    for await (const row of this.log.rows({ tenantId, aggregateType, after: place })) {
      if (row.aggregateId !== aggregateId || row.sequence > upTo) return undefined;
      const { id, type, sequence } = row;
      if (!linked && types.has(type)) return { sequence, eventId: id };
      const link = linked ? (JSON.parse(row.payload) as Link) : undefined;
      if (link && types.has(link.type)) return { sequence, eventId: link.eventId };
    }
    return undefined;
  }
}
