import type { MapDefinition } from '../projections/map-definition.js';
import type { MapProjectionOptions } from '../projections/map-projection.decorator.js';
import { checkChoice, checkIntegers, checkName, checkVersion, MAX_PROJECTION_NAME_BYTES } from './check-options.js';
import { declaredTypes } from './event-classes.js';
import type { HandlerProvider } from './handler-provider.js';
import type { WiringProblems } from './wiring-problems.js';

export function buildMap(
  provider: HandlerProvider,
  options: MapProjectionOptions,
  problems: WiringProblems,
): MapDefinition {
  const { name, version = 1, events } = options;
  checkName(provider.name, 'name', name, problems, MAX_PROJECTION_NAME_BYTES);
  checkVersion(provider.name, version, problems);
  const { maxBatchEvents, maxAttempts, timeoutMs } = options;
  checkIntegers(provider.name, { maxBatchEvents, maxAttempts, timeoutMs }, 1, problems);
  checkChoice(provider.name, { whenExhausted: options.whenExhausted }, ['dead-letter', 'park'], problems);
  if (!provider.hasMethod('map')) problems.add(`${provider.name} has no map(): a map needs one.`);
  const types = declaredTypes(provider, events, problems);
  if (events.length === 0) problems.add(`${provider.name} lists no events: name those that it maps.`);
  return {
    kind: 'map',
    component: `${name}@${version}`,
    name,
    version,
    aggregateType: provider.pipeline.aggregateType,
    projectionClass: provider.handlerClass,
    types: new Set(types),
    options,
    handler: provider.reference(),
  };
}
