import type { Clock } from '../clock/clock.js';
import type { EventId } from '../events/event-id.js';
import type { JsonValue } from '../events/json-value.js';
import type { EventLog } from '../event-store/event-log.js';
import type { Lane } from '../queue/lane.js';
import type { OperatorNote } from '../queue/queue-control.js';
import type { FoldDefinition } from './fold-definition.js';
import type { Link } from './links/link.event.js';
import { cursorKey } from './links/route-cursor.js';
import { SkipOvertakenError } from './skip-overtaken.error.js';
import type { ProjectionKey, ProjectionRow } from './stores/projection-row.js';
import type { ProjectionStore } from './stores/projection-store.js';

/** Names of projections of users do not begin so. */
const PREFIX = '$skips:';

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
   * @throws SkipOvertakenError
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
   * @throws SkipOvertakenError
   */
  async skipAfter(
    key: ProjectionKey,
    fold: Pick<FoldDefinition, 'types' | 'sources'>,
    lane: Lane,
    note: OperatorNote,
    upTo = Number.POSITIVE_INFINITY,
  ): Promise<SkippedEvent | undefined> {
    const [row] = await this.projections.load([key]);
    const next = await this.nextEvent(fold, lane, row?.sequence ?? 0, upTo);
    if (!next) return undefined;
    // After the row: every skip that it obeys is among them.
    const [standing] = await this.projections.load([skipsKey(key)]);
    const before = find(standing, next.sequence);
    if (before) return before;
    const { by, reason } = note;
    const now = this.clock.now();
    const list = [...readSkips(standing), { ...next, by, reason, at: now }];
    const sequence = Math.max(next.sequence, (standing?.sequence ?? 0) + 1);
    const state = list as unknown as JsonValue;
    await this.projections.save([{ ...skipsKey(key), sequence, state, updatedAt: now }]);
    const [saved] = await this.projections.load([skipsKey(key)]);
    const skipped = find(saved, next.sequence);
    if (!skipped) throw new SkipOvertakenError(lane, next.sequence);
    return skipped;
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

function find(row: ProjectionRow | null | undefined, sequence: number): SkippedEvent | undefined {
  return readSkips(row).find((one) => one.sequence === sequence);
}
