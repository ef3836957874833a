import { EventSourcingError } from '../errors/event-sourcing.error.js';
import type { AppendCondition } from './append-options.js';
import type { LogPosition } from './log-position.js';

/**
 * Thrown when an event that matches the query of an append's condition stands after its position: somebody else wrote
 * first. Nothing was stored. Read again from there and decide anew.
 *
 * @publicApi
 */
export class AppendConditionFailedError extends EventSourcingError {
  readonly code = 'APPEND_CONDITION_FAILED';
  readonly kind = 'conflict';

  constructor(
    readonly condition: AppendCondition,
    /** Where a matching event stands; not always the first or the last one. */
    readonly position: LogPosition,
  ) {
    super(
      `An event that matches the condition stands at ${position}, after ` +
        `${condition.after ?? 'the beginning'}. Nothing was stored; read again and decide anew.`,
    );
  }
}
