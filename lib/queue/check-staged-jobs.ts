import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import { textProblem } from '../tenancy/text-problem.js';
import { checkTiming } from './check-timing.js';
import type { Lane } from './lane.js';
import type { StagedJob } from './staged-job.js';

/**
 * Refuses jobs whose lane has no legal tenant or names, or whose times are none, before any of them is accepted.
 *
 * @throws InvalidTenantError
 * @throws InvalidArgumentError
 */
export function checkStagedJobs(staged: readonly StagedJob[]): void {
  let checked: Lane | undefined;
  for (const item of staged) {
    const { lane } = item;
    checkTiming(item);
    // The jobs of one call mostly share their tenant and aggregate.
    if (lane.tenantId !== checked?.tenantId) createTenantId(lane.tenantId);
    if (lane.id !== checked?.id) checkText('lane.id', lane.id);
    if (lane.aggregateType !== checked?.aggregateType) checkText('lane.aggregateType', lane.aggregateType);
    if (lane.component !== checked?.component) checkText('lane.component', lane.component);
    checked = lane;
  }
}

function checkText(field: string, value: unknown): void {
  const problem = textProblem(value);
  if (problem !== null) throw new InvalidArgumentError(field, problem);
}
