import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Stands for a command handler that returned, or an aggregate that raised, an event which its pipeline does not list: its
 * projections would not know it. Nothing was stored.
 *
 * @publicApi
 */
export class ForeignEventError extends EventSourcingError {
  readonly code = 'FOREIGN_EVENT';
  readonly kind = 'permanent';

  constructor(
    /** Such as `The aggregate account raised`. */
    source: string,
    /** Name of its class. */
    readonly event: string,
    readonly pipeline: string,
  ) {
    super(
      `${source} ${event}, which the pipeline '${pipeline}' does not list: add it to the events of its ` +
        'forFeature(), or send a command to the pipeline that has it.',
    );
  }
}
