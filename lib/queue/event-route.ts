import type { EventRangeJob } from './job.js';
import type { LaneComponent } from './lane.js';

/** What feeds a component: which events it is staged, and in which of its lanes. @publicApi */
export interface EventRoute extends LaneComponent {
  readonly kind: Exclude<EventRangeJob['kind'], 'process'>;
  readonly aggregateTypes: readonly string[];
  /** Types of the events. */
  readonly types: readonly string[];
  /** Over how many lanes of a tenant the aggregates are spread; absent where each has its own. */
  readonly lanes?: number;
}
