import type { EventClass } from '../events/event-class.js';
import { RESERVED_PREFIX } from '../tenancy/reserved-prefix.js';
import type { PipelineOptions } from './pipeline-options.js';

/** The pipeline of folds with `pipeline: 'all'`, of their reactors, and of such subscriptions. It has no aggregates of its own. */
export const GLOBAL_PIPELINE = 'global_projections';

/** @param events of all pipelines */
export function globalPipeline(events: readonly EventClass[]): PipelineOptions {
  return { pipeline: GLOBAL_PIPELINE, aggregateType: `${RESERVED_PREFIX}all`, events };
}
