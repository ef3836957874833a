import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown by `updateProjectionByName()` when the projection has not come to the end of the log in time. Something stands in
 * its way: look at `GroupQueue.control.parkedLanes()` and `holds()`, or start a worker.
 *
 * @publicApi
 */
export class ProjectionNotUpdatedError extends EventSourcingError {
  readonly code = 'PROJECTION_NOT_UPDATED';
  readonly kind = 'transient';

  constructor(projection: string, aggregateId: string) {
    super(
      `The projection ${projection} of ${aggregateId} did not come to the end of the log in time. Look whether its lane is ` +
        'parked or paused (GroupQueue.control), and whether a worker runs.',
    );
  }
}
