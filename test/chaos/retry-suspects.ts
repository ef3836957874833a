import type { GroupQueue } from '../../lib/index.js';

/** Of an operator who looks at a lane that lost worker after worker. */
const NOTE = { by: 'chaos', reason: 'its workers were killed' };
const WORKERS_DIED = 'Its workers died while it ran as their only suspect.';

/**
 * Lets lanes go on that lost three workers. That comes to pass where each of them dies while it has the lane in its hands,
 * whatever it dies of.
 *
 * @returns how many there were
 * @throws Error when a lane stands still for another reason
 */
export async function retrySuspects({ control }: GroupQueue): Promise<number> {
  let retried = 0;
  for (const { lane, failures } of await control.parkedLanes()) {
    const { error } = failures.at(-1)!;
    if (error !== WORKERS_DIED) throw new Error(`${lane.kind} ${lane.component} ${lane.id} stands still: ${error}`);
    if (await control.retryLane(lane, NOTE)) retried += 1;
  }
  return retried;
}
