import { EventSourcingError } from '../errors/event-sourcing.error.js';
import type { Lane } from '../queue/lane.js';

/**
 * Thrown when an operator lets a lane skip the event at which it stood, and somebody else let it go on past that event
 * meanwhile. Nothing was skipped.
 *
 * @publicApi
 */
export class SkipOvertakenError extends EventSourcingError {
  readonly code = 'SKIP_OVERTAKEN';
  readonly kind = 'conflict';

  constructor(
    readonly lane: Lane,
    readonly sequence: number,
  ) {
    super(
      `${lane.component} went on past event ${sequence} of ${lane.id} of tenant ${lane.tenantId} while it was to be ` +
        'skipped, so nothing was. Look at where it stands now, and skip again if it must be.',
    );
  }
}
