import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import type { KnownComponent } from '../queue/lane-consumer.js';

/** What this process can handle. */
export function laneComponents({ pipelines }: PipelineRegistry): readonly KnownComponent[] {
  return pipelines.flatMap(({ name: pipeline, folds, maps, reactors }) => [
    { kind: 'command', component: pipeline, pipeline } as const,
    ...[...folds, ...maps].map(({ kind, component }) => ({ kind, component, pipeline })),
    ...reactors.map(({ name }) => ({ kind: 'reactor', component: name, pipeline }) as const),
  ]);
}
