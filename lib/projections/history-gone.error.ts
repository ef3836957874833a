import { EventSourcingError } from '../errors/event-sourcing.error.js';
import type { FoldedStream } from './fold-events.js';

/**
 * Thrown when a state of the past is asked for, and retention has removed the events that it came of. The present state
 * is still there: see `Projections.get`.
 *
 * @publicApi
 */
export class HistoryGoneError extends EventSourcingError {
  readonly code = 'HISTORY_GONE';
  readonly kind = 'permanent';

  constructor(component: string, { tenantId, id }: FoldedStream) {
    super(
      `Retention has removed events of ${id} of tenant ${tenantId}, so its past in ${component} cannot be folded any ` +
        'more. Ask for its present state, or keep the events for longer.',
    );
  }
}
