import type { RecordedEvent } from '../events/recorded-event.js';
import type { FoldContext } from './fold-context.js';

/**
 * Reduces the events of one aggregate to a state.
 *
 * Everything in it must be pure: the same events must give the same state in every process, since a state is rebuilt
 * from wherever a row stands. States must be JSON values.
 *
 * @publicApi
 */
export interface FoldHandler<S> {
  /** The state before the first event, and after a deletion. */
  init(): S;

  /**
   * The state after an event; `null` deletes the row. Called for the events that no `@Apply` method of the class takes.
   * Without it, a fold lists the events of its `@Apply` methods only.
   */
  apply?(state: S, event: RecordedEvent, context: FoldContext): S | null;
}
