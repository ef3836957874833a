import { EventSourcingError } from '../errors/event-sourcing.error.js';
import { MAX_JSON_BYTES } from './stores/encode-json.js';
import type { ProjectionKey } from './stores/projection-row.js';

/**
 * Stands for a fold whose state has grown past its bound: the lane of the aggregate is parked with the state before the
 * event, and the rest goes on.
 *
 * @publicApi
 */
export class StateTooLargeError extends EventSourcingError {
  readonly code = 'STATE_TOO_LARGE';
  readonly kind = 'permanent';

  /**
   * @param bytes of the state as JSON
   * @param maxBytes its bound
   */
  constructor(
    component: string,
    { tenantId, id }: ProjectionKey,
    readonly bytes: number,
    readonly maxBytes: number,
  ) {
    super(
      `The state of ${component} for ${id} of tenant ${tenantId} has grown to ${bytes} bytes, over its bound of ` +
        `${maxBytes}. Keep less in it, or raise maxStateBytes of @FoldProjection (at most ${MAX_JSON_BYTES}).`,
    );
  }
}
