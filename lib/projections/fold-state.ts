import { isJsonTooDeep, MAX_JSON_DEPTH } from '../events/json-depth.js';
import type { FoldDefinition } from './fold-definition.js';
import { InvalidProjectionResultError } from './invalid-projection-result.error.js';
import { jsonProblem } from './json-problem.js';
import { StateTooLargeError } from './state-too-large.error.js';
import type { ProjectionKey, ProjectionRow } from './stores/projection-row.js';

const DEFAULT_MAX_STATE_BYTES = 1_048_576;

/** Where a fold stands: a row, with its state as JSON text, which nobody can change. */
export interface FoldState {
  readonly sequence: number;
  readonly updatedAt: number;
  readonly json: string;
}

/** Before the first event. */
export const NO_STATE: FoldState = { sequence: 0, updatedAt: 0, json: 'null' };

export function toFoldState(row: ProjectionRow | null | undefined): FoldState {
  if (!row) return NO_STATE;
  return { sequence: row.sequence, updatedAt: row.updatedAt, json: JSON.stringify(row.state) };
}

/**
 * The JSON text of what a fold returned.
 *
 * @param type of the event that it was returned for
 * @throws InvalidProjectionResultError, StateTooLargeError
 */
export function encodeState(
  { component, options }: FoldDefinition,
  key: ProjectionKey,
  type: string,
  state: unknown,
): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(state);
  } catch {
    json = undefined;
  }
  if (json === undefined) throw new InvalidProjectionResultError(component, type, 'a value that is not JSON');
  if (isJsonTooDeep(json)) {
    const problem = `more than ${MAX_JSON_DEPTH} objects and arrays within each other`;
    throw new InvalidProjectionResultError(component, type, problem);
  }
  const problem = jsonProblem(state);
  if (problem !== null) throw new InvalidProjectionResultError(component, type, `what is not JSON: ${problem}`);
  const { maxStateBytes = DEFAULT_MAX_STATE_BYTES } = options;
  const bytes = Buffer.byteLength(json);
  if (bytes > maxStateBytes) throw new StateTooLargeError(component, key, bytes, maxStateBytes);
  return json;
}
