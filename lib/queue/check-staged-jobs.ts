import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { jsonProblem } from '../events/json-problem.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import { textProblem } from '../tenancy/text-problem.js';
import { checkTiming } from './check-timing.js';
import type { Lane } from './lane.js';
import type { StagedJob } from './staged-job.js';

/**
 * Refuses jobs whose lane has no legal tenant or names, whose times are none, and commands that are not JSON, before any
 * of them is accepted. Events come from the log, and are JSON already.
 *
 * @throws InvalidTenantError
 * @throws InvalidArgumentError
 */
export function checkStagedJobs(staged: readonly StagedJob[]): void {
  let checked: Lane | undefined;
  for (const item of staged) {
    const { lane, job } = item;
    checkTiming(item);
    // The jobs of one call mostly share their tenant and aggregate.
    if (!checked || lane.tenantId !== checked.tenantId) createTenantId(lane.tenantId);
    if (!checked || lane.id !== checked.id) checkText('lane.id', lane.id);
    if (!checked || lane.aggregateType !== checked.aggregateType) checkText('lane.aggregateType', lane.aggregateType);
    if (!checked || lane.component !== checked.component) checkText('lane.component', lane.component);
    checked = lane;
    const problem = job.kind === 'command' ? jsonProblem(job.data) : null;
    if (problem !== null) throw new InvalidArgumentError('job.data', problem);
  }
}

function checkText(field: string, value: unknown): void {
  const problem = textProblem(value);
  if (problem !== null) throw new InvalidArgumentError(field, problem);
}
