import type { NewEvent } from '../events/new-event.js';
import type { AppendCondition, ExpectedSequence } from './append-options.js';
import type { StreamId } from './stream-id.js';

/** What `appendAll` writes to one stream. @publicApi */
export interface StreamAppend {
  readonly stream: StreamId;
  /** At least one. */
  readonly events: readonly NewEvent[];
  /** @default 'any' */
  readonly expectedSequence?: ExpectedSequence;
}

/** @publicApi */
export interface AppendAllOptions {
  /** What must not have happened for the append to take place. @default nothing */
  readonly condition?: AppendCondition;
  /**
   * Makes the append idempotent: each of its streams knows the key. A repeat with the same streams stores nothing and
   * returns the first result; one with a key that only some of its streams know is refused.
   */
  readonly key?: string;
}
