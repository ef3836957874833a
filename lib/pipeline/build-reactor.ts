import type { FoldDefinition } from '../projections/fold-definition.js';
import type { ReactorDefinition } from '../reactors/reactor-definition.js';
import type { ReactorOptions } from '../reactors/reactor.decorator.js';
import { checkName } from './check-name.js';
import { declaredTypes } from './event-classes.js';
import type { HandlerProvider } from './handler-provider.js';
import type { WiringProblems } from './wiring-problems.js';

/** @param folds the folds of the reactor's own pipeline */
export function buildReactor(
  provider: HandlerProvider,
  options: ReactorOptions,
  folds: readonly FoldDefinition[],
  problems: WiringProblems,
): ReactorDefinition | undefined {
  const { name, debounce } = options;
  checkName(provider.name, 'name', name, problems);
  if (!provider.hasMethod('handle')) problems.add(`${provider.name} has no handle(): a reactor needs one.`);
  for (const [option, value] of Object.entries({ delayMs: debounce?.delayMs, maxWaitMs: debounce?.maxWaitMs })) {
    if (value !== undefined && !(value >= 0))
      problems.add(`debounce.${option} of ${provider.name} is ${value}: use milliseconds from 0.`);
  }
  const fold = folds.find(({ projectionClass }) => projectionClass === options.fold);
  if (!fold) {
    problems.add(
      `${provider.name} reacts to the fold ${options.fold?.name}, which the pipeline '${provider.pipeline.pipeline}' does not have: ` +
        'mark it with @FoldProjection() and add it to the providers of the same module.',
    );
    return undefined;
  }
  const types = options.events ? declaredTypes(provider, options.events, problems) : [...fold.types];
  for (const type of types) {
    if (!fold.types.has(type))
      problems.add(
        `${provider.name} reacts to ${type}, which its fold ${fold.name} does not take: let the fold apply it.`,
      );
  }
  return { name, fold, types: new Set(types), options, handler: provider.reference() };
}
