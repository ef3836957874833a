import { describeError } from '../../../../errors/describe-error.js';
import { EventSourcingError } from '../../../../errors/event-sourcing.error.js';
import type { Lane } from '../../../lane.js';

/** @publicApi */
export interface LaneFailure {
  readonly lane: Lane;
  readonly error: unknown;
}

/**
 * The error in the `failed` event of the BullMQ `Worker`: batches of some lanes of its job failed, or lost their lease.
 * The queue has taken care of each lane by itself.
 *
 * @publicApi
 */
export class LanesFailedError extends EventSourcingError {
  readonly code = 'LANES_FAILED';
  readonly kind = 'transient';

  constructor(readonly failures: readonly LaneFailure[]) {
    const [first] = failures;
    super(`Lanes that failed: ${failures.length}, the first with ${describeError(first?.error)}`, {
      cause: first?.error,
    });
  }
}
