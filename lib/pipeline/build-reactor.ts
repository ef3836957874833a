import type { FoldDefinition } from '../projections/fold-definition.js';
import type { ReactorDefinition } from '../reactors/reactor-definition.js';
import type { ReactorOptions } from '../reactors/reactor.decorator.js';
import { checkFunctions, checkIntegers, checkName } from './check-options.js';
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
  const { maxAttempts, timeoutMs } = options;
  checkIntegers(provider.name, { maxAttempts, timeoutMs }, 1, problems);
  if (debounce) {
    checkIntegers(
      provider.name,
      { 'debounce.delayMs': debounce.delayMs, 'debounce.maxWaitMs': debounce.maxWaitMs },
      0,
      problems,
    );
    checkFunctions(provider.name, { 'debounce.key': debounce.key }, problems);
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
