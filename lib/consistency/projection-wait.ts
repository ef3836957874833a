import type { Deadline } from './deadline.js';
import type { StreamRange } from './token-content.js';

/** Waits until one kind of projection has a part of a stream. */
export interface ProjectionWait<D> {
  /** Whether it has, within the time. */
  untilApplied(projection: D, range: StreamRange, deadline: Deadline): Promise<boolean>;
}
