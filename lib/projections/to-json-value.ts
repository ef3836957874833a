import type { JsonValue } from '../events/json-value.js';
import { InvalidProjectionResultError } from './invalid-projection-result.error.js';
import { refusePromise } from './refuse-promise.js';

/**
 * The JSON form of what a fold or map returned, so that a result is the same whether it was just made or read back.
 *
 * @throws InvalidProjectionResultError
 */
export function toJsonValue(component: string, type: string, value: unknown): JsonValue {
  if (value === undefined) throw new InvalidProjectionResultError(component, type, 'undefined');
  refusePromise(component, type, value);
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch {
    json = undefined;
  }
  if (json === undefined) throw new InvalidProjectionResultError(component, type, 'a value that is not JSON');
  return JSON.parse(json) as JsonValue;
}
