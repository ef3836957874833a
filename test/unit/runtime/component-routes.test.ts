import { describe, expect, it } from 'vitest';
import { linksType } from '../../../lib/projections/links/link-streams.js';
import type { PipelineDefinition } from '../../../lib/pipeline/pipeline-definition.js';
import { PipelineRegistry } from '../../../lib/pipeline/pipeline-registry.js';
import { componentRoutes } from '../../../lib/runtime/component-routes.js';

describe('componentRoutes', () => {
  it('says what feeds folds and maps; of a fold with keys, a process manager and a subscription with partitions, its route', () => {
    const types = new Set(['x', 'y']);
    const fold = { kind: 'fold', component: 'fold@1', aggregateType: 't', types };
    const links = linksType('keyed@1');
    const keyed = { kind: 'fold', component: 'keyed@1', aggregateType: links, sources: ['t', 'u'], types };
    const map = { kind: 'map', component: 'map@1', aggregateType: 't', types };
    const pipeline = { name: 'p', aggregateType: 't', events: [], commands: [], reactors: [] };
    const process = { name: 'manager', route: { component: 'manager', sources: ['u'], types } };
    const told = { name: 'told', sources: ['t'], types };
    const route = { component: '$subscription:apart' };
    const apart = { name: 'apart', sources: ['t', 'u'], types, route };
    const subscriptions = [told, apart];
    const registry = new PipelineRegistry([
      {
        ...pipeline,
        folds: [fold, keyed],
        maps: [map],
        processes: [process],
        subscriptions,
      } as unknown as PipelineDefinition,
    ]);
    expect(componentRoutes(registry)).toEqual([
      { kind: 'fold', component: 'fold@1', aggregateTypes: ['t'], types: ['x', 'y'] },
      { kind: 'route', component: 'keyed@1', aggregateTypes: ['t', 'u'], types: ['x', 'y'] },
      { kind: 'map', component: 'map@1', aggregateTypes: ['t'], types: ['x', 'y'], lanes: 16 },
      { kind: 'route', component: 'manager', aggregateTypes: ['u'], types: ['x', 'y'] },
      { kind: 'subscription', component: 'told', aggregateTypes: ['t'], types: ['x', 'y'] },
      { kind: 'route', component: '$subscription:apart', aggregateTypes: ['t', 'u'], types: ['x', 'y'] },
    ]);
  });
});
