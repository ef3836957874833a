import { GLOBAL_PIPELINE } from '../pipeline/global-pipeline.js';
import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import type { KnownComponent } from '../queue/lane-consumer.js';

/** The lanes of a process manager. */
const PROCESS_KINDS = ['route', 'process', 'outbox', 'timer'] as const;

/** What this process can handle. */
export function laneComponents({ pipelines }: PipelineRegistry): readonly KnownComponent[] {
  return pipelines.flatMap(({ name: pipeline, commands, folds, maps, reactors, processes, subscriptions }) => [
    ...(pipeline === GLOBAL_PIPELINE ? [] : [{ kind: 'command', component: pipeline, pipeline } as const]),
    ...(commands.length === 0 ? [] : [{ kind: 'delay', component: pipeline, pipeline } as const]),
    ...[...folds, ...maps].map(({ kind, component }) => ({ kind, component, pipeline })),
    ...folds.filter(({ sources }) => sources).map(({ component }) => ({ kind: 'route', component, pipeline }) as const),
    ...reactors.map(({ name }) => ({ kind: 'reactor', component: name, pipeline }) as const),
    ...processes.flatMap(({ name: component }) => PROCESS_KINDS.map((kind) => ({ kind, component, pipeline }))),
    ...subscriptions.flatMap(({ name, route }) => [
      { kind: 'subscription', component: name, pipeline } as const,
      ...(route ? [{ kind: 'route', component: route.component, pipeline } as const] : []),
    ]),
  ]);
}
