import type { FoldDefinition } from '../projections/fold-definition.js';
import type { ReactorDefinition } from '../reactors/reactor-definition.js';
import type { ReactorTiming, TimingName } from '../reactors/reactor-timing.js';
import type { ReactorOptions } from '../reactors/reactor.decorator.js';
import {
  checkBooleans,
  checkChoice,
  checkFunctions,
  checkIntegers,
  checkName,
  MAX_PROJECTION_NAME_BYTES,
} from './check-options.js';
import { declaredTypes } from './event-classes.js';
import type { HandlerProvider } from './handler-provider.js';
import type { WiringProblems } from './wiring-problems.js';

const TIMINGS: readonly TimingName[] = ['debounce', 'throttle', 'dedupe', 'delayMs'];

/** @param folds the folds of the reactor's own pipeline */
export function buildReactor(
  provider: HandlerProvider,
  options: ReactorOptions,
  folds: readonly FoldDefinition[],
  problems: WiringProblems,
): ReactorDefinition | undefined {
  const { name } = options;
  // A durable reactor's is part of the name of its cursors.
  checkName(provider.name, 'name', name, problems, options.durable ? MAX_PROJECTION_NAME_BYTES : undefined);
  if (!provider.hasMethod('handle')) problems.add(`${provider.name} has no handle(): a reactor needs one.`);
  const { maxAttempts, timeoutMs } = options;
  checkIntegers(provider.name, { maxAttempts, timeoutMs }, 1, problems);
  checkChoice(provider.name, { whenExhausted: options.whenExhausted }, ['dead-letter', 'park'], problems);
  if (options.when !== undefined) checkFunctions(provider.name, { when: options.when }, problems);
  checkBooleans(provider.name, { exact: options.exact, durable: options.durable }, problems);
  checkTiming(provider.name, options, problems);
  if (options.durable) checkDurable(provider.name, options, problems);
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

function checkTiming(owner: string, options: ReactorTiming, problems: WiringProblems): void {
  const { debounce, throttle, dedupe, delayMs } = options;
  const given = TIMINGS.filter((timing) => options[timing] !== undefined);
  if (given.length > 1) problems.add(`${owner} has ${given.join(' and ')}: a reactor has no more than one of them.`);
  const keyed = { debounce, throttle, dedupe };
  for (const [timing, of] of Object.entries(keyed)) {
    if (of) checkFunctions(owner, { [`${timing}.key`]: of.key }, problems);
  }
  checkIntegers(owner, { delayMs, 'debounce.maxWaitMs': debounce?.maxWaitMs }, 0, problems);
  // What is not left out by whoever writes TypeScript may be by others.
  if (debounce) checkIntegers(owner, { 'debounce.delayMs': debounce.delayMs ?? null }, 0, problems);
  if (throttle) checkIntegers(owner, { 'throttle.everyMs': throttle.everyMs ?? null }, 1, problems);
  if (dedupe) checkIntegers(owner, { 'dedupe.forMs': dedupe.forMs ?? null }, 0, problems);
}

function checkDurable(
  owner: string,
  options: ReactorTiming & { whenExhausted?: string },
  problems: WiringProblems,
): void {
  const leaving = (['debounce', 'throttle', 'dedupe'] as const).filter((timing) => options[timing] !== undefined);
  if (leaving.length > 0) {
    problems.add(
      `${owner} is durable and has ${leaving.join(' and ')}: a durable reactor reacts to every event, in order. ` +
        'Leave one of them out; delayMs goes with durable.',
    );
  }
  if (options.whenExhausted === 'dead-letter') {
    problems.add(
      `${owner} is durable, and its whenExhausted is 'dead-letter': how far it has reacted cannot pass an event that it ` +
        "has not reacted to, so it is 'park'. An operator may skip the event.",
    );
  }
}
