import type { RecordedEvent } from '../events/recorded-event.js';
import type { LogPosition } from './log-position.js';

/** An event with its place in the log of its tenant. @publicApi */
export interface PositionedEvent<T extends object = object> extends RecordedEvent<T> {
  readonly position: LogPosition;
}
