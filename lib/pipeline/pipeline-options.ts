import type { CommandMiddlewareClass } from '../commands/middleware/command-middleware.js';
import type { EventClass } from '../events/event-class.js';
import type { FeatureFlags } from '../feature-flags/feature-flags.js';

/**
 * What a feature module says of its pipeline in `forFeature()`.
 *
 * @publicApi
 */
export interface PipelineOptions {
  /** Unique over all pipelines. */
  readonly pipeline: string;
  /** Type of the aggregates whose events the pipeline holds; unique over all pipelines. */
  readonly aggregateType: string;
  /** Every event class of the pipeline. */
  readonly events: readonly EventClass[];
  /** Holds work of this pipeline, which is done when these and those of `forRoot()` say so. @default everything is on */
  readonly featureFlags?: FeatureFlags;
  /**
   * What stands around the dispatch and the handling of the commands of this pipeline: classes of providers of the
   * application, the outermost first, all of them inside of those of `forRoot()`. @default none
   */
  readonly commandMiddleware?: readonly CommandMiddlewareClass[];
}
