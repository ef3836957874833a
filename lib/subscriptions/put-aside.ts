import type { Clock } from '../clock/clock.js';
import type { JsonValue } from '../events/json-value.js';
import type { ProjectionKey } from '../projections/stores/projection-row.js';
import type { ProjectionStore } from '../projections/stores/projection-store.js';
import type { OperatorNote } from '../queue/queue-control.js';
import { AsideStage, asideKey, listPutAside, type PutAsideEvent, putAsideKey } from './put-aside-rows.js';

/** Of one stream at a time; past it the stream is parked. */
export const MAX_PUT_ASIDE = 1_000;

/**
 * Records of the events that streams went on without. A cursor passes them, so these records are what keeps them from
 * being lost with the dead letters of a queue.
 *
 *     put aside ──▶ told: a dead letter ──▶ over: done, or given up
 *
 * Each event has a row of its own, whose sequence is how far it came. Nobody reads a row to write it, and a store keeps
 * the highest sequence: so whoever writes at the same time takes nothing from another, and what is over stays so,
 * whichever worker still puts it aside.
 */
export class PutAside {
  constructor(
    private readonly projections: ProjectionStore,
    private readonly clock: Clock,
  ) {}

  /** @param cursor of the stream @returns false when there is no room for more */
  async add(cursor: ProjectionKey, { sequence, error }: Omit<PutAsideEvent, 'told'>): Promise<boolean> {
    if (!(await this.hasRoom(cursor, sequence))) return false;
    const mark = { ...asideKey(cursor), sequence, state: {}, updatedAt: this.clock.now() };
    // First: without it nobody looks for others.
    await this.projections.save([mark]);
    await this.save(cursor, sequence, AsideStage.putAside, { error });
    return true;
  }

  /** Of an event whose job becomes a dead letter. */
  async tell(cursor: ProjectionKey, { sequence, error }: Omit<PutAsideEvent, 'told'>): Promise<void> {
    await this.save(cursor, sequence, AsideStage.told, { error });
  }

  /** Of an event that was done after all. */
  async finish(cursor: ProjectionKey, sequence: number): Promise<void> {
    await this.save(cursor, sequence, AsideStage.over, null);
  }

  /** Of the events of a part of a stream that are never to be told, both ends inclusive. Kept with the note. */
  async giveUp(cursor: ProjectionKey, from: number, to: number, { by, reason }: OperatorNote): Promise<void> {
    for await (const sequence of listPutAside(this.projections, cursor, from, to)) {
      await this.save(cursor, sequence, AsideStage.over, { by, reason });
    }
  }

  private async hasRoom(cursor: ProjectionKey, sequence: number): Promise<boolean> {
    let standing = 0;
    for await (const other of listPutAside(this.projections, cursor)) {
      if (other !== sequence && (standing += 1) >= MAX_PUT_ASIDE) return false;
    }
    return true;
  }

  private async save(cursor: ProjectionKey, sequence: number, stage: number, state: JsonValue): Promise<void> {
    const key = putAsideKey(cursor, sequence);
    await this.projections.save([{ ...key, sequence: stage, state, updatedAt: this.clock.now() }]);
  }
}
