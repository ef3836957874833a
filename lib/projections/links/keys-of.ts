import { describeError } from '../../errors/describe-error.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import { textProblem } from '../../tenancy/text-problem.js';
import { deepFreeze } from '../deep-freeze.js';
import { ImpureFoldError } from '../impure-fold.error.js';
import { InvalidKeyError } from './invalid-key.error.js';
import type { RouteDefinition } from './route-definition.js';

const DEFAULT_MAX_KEYS = 100;

/**
 * The rows that an event counts for, each once.
 *
 * @param checkPurity asks twice, and lets nobody change the event
 * @throws InvalidKeyError, ImpureFoldError
 */
export function keysOf(fold: RouteDefinition, event: RecordedEvent, checkPurity: boolean): readonly string[] {
  if (!checkPurity) return call(fold, event);
  const [keys, again] = [call(fold, deepFreeze(event)), call(fold, event)];
  if (keys.length !== again.length || keys.some((key) => !again.includes(key))) {
    throw new ImpureFoldError(`The key of ${fold.projectionClass.name}`, 'gave two different answers for one event');
  }
  return keys;
}

function call({ component, options }: RouteDefinition, event: RecordedEvent): readonly string[] {
  const { key, maxKeys = DEFAULT_MAX_KEYS } = options;
  let given: unknown;
  try {
    given = key!(event);
  } catch (cause) {
    throw new InvalidKeyError(component, event, `threw (${describeError(cause)})`, { cause });
  }
  // What comes of it is not waited for, and must not end the process.
  if (given instanceof Promise) given.catch(() => undefined);
  const listed: readonly unknown[] | undefined =
    typeof given === 'string' ? [given] : Array.isArray(given) ? given : undefined;
  if (!listed) throw new InvalidKeyError(component, event, `returned ${nameOf(given)}`);
  const keys = [...new Set(listed)];
  if (keys.length > maxKeys) {
    throw new InvalidKeyError(
      component,
      event,
      `returned ${keys.length} keys, over its bound (maxKeys) of ${maxKeys},`,
    );
  }
  for (const one of keys) {
    const problem = textProblem(one);
    if (problem !== null) throw new InvalidKeyError(component, event, `returned a key that ${problem},`);
  }
  return keys as readonly string[];
}

function nameOf(given: unknown): string {
  if (given instanceof Promise) return 'a promise';
  return given === null ? 'null' : typeof given === 'object' ? 'an object' : typeof given;
}
