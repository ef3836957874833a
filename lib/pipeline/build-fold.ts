import { applyMetadata } from '../projections/apply.decorator.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { FoldProjectionOptions } from '../projections/fold-projection.decorator.js';
import { MAX_JSON_BYTES } from '../projections/stores/encode-json.js';
import { linksType } from '../projections/links/link-streams.js';
import { checkKey, checkSources, sourcesOf } from './build-fold-key.js';
import { checkIntegers, checkName, checkVersion, MAX_PROJECTION_NAME_BYTES } from './check-options.js';
import { declaredTypes } from './event-classes.js';
import type { HandlerProvider } from './handler-provider.js';
import type { PipelineOptions } from './pipeline-options.js';
import type { WiringProblems } from './wiring-problems.js';

/** @param pipelines all of them, for a fold that takes events of any */
export function buildFold(
  provider: HandlerProvider,
  options: FoldProjectionOptions,
  pipelines: readonly PipelineOptions[],
  problems: WiringProblems,
): FoldDefinition {
  const { name, version = 1, key } = options;
  checkName(provider.name, 'name', name, problems, MAX_PROJECTION_NAME_BYTES);
  checkVersion(provider.name, version, problems);
  const { maxBatchEvents, maxStateBytes, maxAttempts, timeoutMs } = options;
  checkIntegers(provider.name, { maxBatchEvents, maxAttempts, timeoutMs }, 1, problems);
  checkIntegers(provider.name, { maxStateBytes }, 1, problems, MAX_JSON_BYTES);
  if ('whenExhausted' in options) {
    problems.add(
      `${provider.name} has whenExhausted: a fold always parks, for without one of its events its state would be wrong. ` +
        'Leave it out; an operator may skip an event.',
    );
  }
  if (!provider.hasMethod('init'))
    problems.add(`${provider.name} has no init(): a fold needs the state before the first event.`);
  const methods = applyMethods(provider, problems);
  const appliesAll = provider.hasMethod('apply');
  if (methods.size === 0 && !appliesAll)
    problems.add(`${provider.name} takes no event: give it an apply() or methods with @Apply().`);
  const listed = options.events ?? (appliesAll ? provider.pipeline.events : []);
  const types = new Set([...methods.keys(), ...(appliesAll ? declaredTypes(provider, listed, problems) : [])]);
  const component = `${name}@${version}`;
  const definition: FoldDefinition = {
    kind: 'fold',
    component,
    name,
    version,
    aggregateType: provider.pipeline.aggregateType,
    projectionClass: provider.handlerClass,
    types,
    methods,
    options,
    handler: provider.reference(),
  };
  checkKey(provider, options, types, problems);
  if (key === undefined) return definition;
  const sources = sourcesOf(types, provider, pipelines);
  checkSources(provider.name, name, sources, problems);
  return { ...definition, aggregateType: linksType(component), sources };
}

function applyMethods(provider: HandlerProvider, problems: WiringProblems): ReadonlyMap<string, string | symbol> {
  const methods = new Map<string, string | symbol>();
  for (const { eventClasses, method } of applyMetadata(provider.handlerClass.prototype as object)) {
    for (const type of declaredTypes(provider, eventClasses, problems)) {
      const other = methods.get(type);
      if (other !== undefined && other !== method) {
        problems.add(
          `${provider.name} applies ${type} twice, in ${String(other)}() and ${String(method)}(): keep one.`,
        );
      }
      methods.set(type, method);
    }
  }
  return methods;
}
