import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { integerProblem } from '../errors/integer-problem.js';
import { textProblem } from '../tenancy/text-problem.js';
import { componentKey } from './lane.js';
import type { HoldTarget, LaneFilter, OperatorNote } from './queue-control.js';
import type { Lane } from './lane.js';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
/** Records of what was done by hand; older ones go. */
export const KEPT_ACTIONS = 10_000;

/** @throws InvalidArgumentError */
export function checkNote(note: OperatorNote): void {
  for (const field of ['by', 'reason'] as const) {
    const problem = textProblem(note[field]);
    if (problem !== null) throw new InvalidArgumentError(`note.${field}`, problem);
  }
}

/** @throws InvalidArgumentError */
export function checkTarget({ component, tenantId }: HoldTarget): void {
  if (component === undefined && tenantId === undefined) {
    throw new InvalidArgumentError('target', 'must name a component or a tenant');
  }
}

/** @throws InvalidArgumentError */
export function checkLimit(limit: number = DEFAULT_LIMIT): number {
  const problem = integerProblem(limit, 1, MAX_LIMIT);
  if (problem !== null) throw new InvalidArgumentError('limit', problem);
  return limit;
}

export function isWanted(lane: Lane, { component, tenantId }: Pick<LaneFilter, 'component' | 'tenantId'>): boolean {
  if (tenantId !== undefined && lane.tenantId !== tenantId) return false;
  return component === undefined || componentKey(component) === componentKey(lane);
}
