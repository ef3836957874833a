import type { RecordedEvent } from '../../events/recorded-event.js';
import type { EventOrdering } from '../event-stream.js';

/** What a builder knows of a projection of `withProjection()`. */
export interface RebuiltDefinition {
  readonly name: string;
  readonly version: number;
  readonly aggregateType: string;
  /** Types of the events that it takes. */
  readonly types: ReadonlySet<string>;
  readonly ordering: EventOrdering<RecordedEvent>;
  readonly maxEvents: number;
  /** Provides its handler. */
  readonly token: symbol;
}

const DEFINITIONS = new WeakMap<object, RebuiltDefinition>();

/** Says of the fold after which a projection is rebuilt which one that is. */
export function markRebuilt(foldClass: object, definition: RebuiltDefinition): void {
  DEFINITIONS.set(foldClass, definition);
}

export function rebuiltDefinition(foldClass: object): RebuiltDefinition | undefined {
  return DEFINITIONS.get(foldClass);
}
