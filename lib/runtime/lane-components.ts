import { GLOBAL_PIPELINE } from '../pipeline/global-pipeline.js';
import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import type { KnownComponent } from '../queue/lane-consumer.js';

/** What this process can handle. */
export function laneComponents({ pipelines }: PipelineRegistry): readonly KnownComponent[] {
  return pipelines.flatMap(({ name: pipeline, folds, maps, reactors }) => [
    ...(pipeline === GLOBAL_PIPELINE ? [] : [{ kind: 'command', component: pipeline, pipeline } as const]),
    ...[...folds, ...maps].map(({ kind, component }) => ({ kind, component, pipeline })),
    ...folds.filter(({ sources }) => sources).map(({ component }) => ({ kind: 'route', component, pipeline }) as const),
    ...reactors.map(({ name }) => ({ kind: 'reactor', component: name, pipeline }) as const),
  ]);
}
