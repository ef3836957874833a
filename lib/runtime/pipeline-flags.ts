import { AllOn } from '../feature-flags/all-on.js';
import { FeatureFlags, type SwitchableWork } from '../feature-flags/feature-flags.js';
import type { PipelineDefinition } from '../pipeline/pipeline-definition.js';

/** Asks the feature flags of the pipeline that the work belongs to, if it has any. */
class PipelineFlags extends FeatureFlags {
  constructor(private readonly byPipeline: ReadonlyMap<string, FeatureFlags>) {
    super();
  }

  isOn(work: SwitchableWork): boolean | Promise<boolean> {
    const flags = this.byPipeline.get(work.pipeline);
    return flags ? flags.isOn(work) : true;
  }
}

/** The feature flags that pipelines have of their own, as one. */
export function pipelineFlags(pipelines: readonly PipelineDefinition[]): FeatureFlags {
  const own = pipelines.flatMap(({ name, featureFlags }) => (featureFlags ? [[name, featureFlags] as const] : []));
  return own.length > 0 ? new PipelineFlags(new Map(own)) : new AllOn();
}
