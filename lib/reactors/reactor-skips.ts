import type { FoldSkips } from '../projections/fold-skips.js';
import type { ProjectionStore } from '../projections/stores/projection-store.js';
import type { Lane } from '../queue/lane.js';
import type { ReactorJob } from '../queue/job.js';
import type { OperatorNote } from '../queue/queue-control.js';
import { cursorKey } from './reactor-cursor.js';
import type { ReactorDefinition } from './reactor-definition.js';

/** Lets a durable reactor pass an event, on record, that it would find in the log again and again. */
export class ReactorSkips {
  constructor(
    private readonly skips: FoldSkips,
    private readonly projections: ProjectionStore,
  ) {}

  /**
   * Passes the event at which a lane is parked: the next one past its cursor. Where the log has none up to the end of its
   * job any more, the cursor goes there.
   *
   * @returns whether there was one
   */
  async skipNext(reactor: ReactorDefinition, lane: Lane, job: ReactorJob, note: OperatorNote): Promise<boolean> {
    const { types, fold } = reactor;
    const key = cursorKey(reactor, lane);
    if (await this.skips.skipAfter(key, { types, sources: fold.sources }, lane, note, job.sequence)) return true;
    const [row] = await this.projections.load([key]);
    await this.projections.save([{ ...key, sequence: job.sequence, state: {}, updatedAt: row?.updatedAt ?? 0 }]);
    return false;
  }
}
