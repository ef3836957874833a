import type { Clock } from '../clock/clock.js';
import type { JsonValue } from '../events/json-value.js';
import type { ProjectionKey, ProjectionRow } from '../projections/stores/projection-row.js';
import type { ProjectionStore } from '../projections/stores/projection-store.js';

/** Names of projections of users do not begin so. */
const PREFIX = '$aside:';
/** Times that a record is written anew because another worker was first. */
const MAX_ATTEMPTS = 5;
/** Of one stream; past it the stream is parked. */
export const MAX_PUT_ASIDE = 1_000;

/** An event that failed in the end, and that its stream went on without. */
export interface PutAsideEvent {
  readonly sequence: number;
  /** Why. */
  readonly error: string;
  /** Whether it is among the dead letters already, so that its next job is a new attempt. */
  readonly told: boolean;
}

/** The row beside a cursor that lists what was put aside of its stream. */
export function asideKey({ tenantId, projection, version, id }: ProjectionKey): ProjectionKey {
  return { tenantId, projection: asideName(projection), version, id };
}

export function asideName(projection: string): string {
  return PREFIX + projection;
}

export function readAside(row: ProjectionRow | null | undefined): ReadonlyMap<number, PutAsideEvent> {
  const listed = row ? (row.state as unknown as readonly PutAsideEvent[]) : [];
  return new Map(listed.map((one) => [one.sequence, one]));
}

/**
 * Records of the events that streams went on without. A cursor passes them, so these records are what keeps them from
 * being lost with the dead letters of a queue.
 */
export class PutAside {
  constructor(
    private readonly projections: ProjectionStore,
    private readonly clock: Clock,
  ) {}

  /** @param cursor of the stream @returns false when there is no room for more */
  async add(cursor: ProjectionKey, event: PutAsideEvent): Promise<boolean> {
    const listed = await this.change(cursor, (events) => {
      const standing = events.get(event.sequence);
      if (standing?.told === event.told || (!standing && events.size >= MAX_PUT_ASIDE)) return undefined;
      return new Map(events).set(event.sequence, event);
    });
    return listed.has(event.sequence);
  }

  /** Of an event that was done after all, or given up. */
  async remove(cursor: ProjectionKey, sequence: number): Promise<void> {
    await this.change(cursor, (events) => {
      if (!events.has(sequence)) return undefined;
      const others = new Map(events);
      others.delete(sequence);
      return others;
    });
  }

  /** Writes until what was changed stands there, whoever else writes. @param change undefined when nothing is to be changed */
  private async change(
    cursor: ProjectionKey,
    change: (events: ReadonlyMap<number, PutAsideEvent>) => ReadonlyMap<number, PutAsideEvent> | undefined,
  ): Promise<ReadonlyMap<number, PutAsideEvent>> {
    const key = asideKey(cursor);
    for (let attempt = 1; ; attempt += 1) {
      const [row] = await this.projections.load([key]);
      const standing = readAside(row);
      const changed = change(standing);
      if (!changed || attempt > MAX_ATTEMPTS) return standing;
      const now = this.clock.now();
      const state = [...changed.values()].toSorted((one, other) => one.sequence - other.sequence);
      await this.projections.save([
        {
          ...key,
          // Of two who change the same row, only the first has it.
          sequence: (row?.sequence ?? 0) + 1,
          state: state as unknown as JsonValue,
          updatedAt: now,
        },
      ]);
    }
  }
}
