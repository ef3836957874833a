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
export function checkTarget({ component, pipeline, tenantId }: HoldTarget): void {
  if (component === undefined && pipeline === undefined && tenantId === undefined) {
    throw new InvalidArgumentError('target', 'must name a component, a pipeline or a tenant');
  }
  if (component !== undefined && pipeline !== undefined) {
    throw new InvalidArgumentError('target', 'must not name both a component and a pipeline');
  }
  const problem = pipeline === undefined ? null : textProblem(pipeline);
  if (problem !== null) throw new InvalidArgumentError('target.pipeline', problem);
}

/** @throws InvalidArgumentError */
export function checkLimit(limit: number = DEFAULT_LIMIT): number {
  const problem = integerProblem(limit, 1, MAX_LIMIT);
  if (problem !== null) throw new InvalidArgumentError('limit', problem);
  return limit;
}

/** @param pipelineOf the pipeline of a lane's component, where it is known */
export function isWanted(
  lane: Lane,
  { component, pipeline, tenantId }: Omit<LaneFilter, 'limit'>,
  pipelineOf: (lane: Lane) => string | undefined,
): boolean {
  if (tenantId !== undefined && lane.tenantId !== tenantId) return false;
  if (pipeline !== undefined && pipelineOf(lane) !== pipeline) return false;
  return component === undefined || componentKey(component) === componentKey(lane);
}
