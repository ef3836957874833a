import { integerProblem } from '../errors/integer-problem.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import type { RecurringJob } from './recurring-job.js';

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** @throws InvalidArgumentError */
export function checkRecurringJobs(jobs: readonly RecurringJob[]): void {
  const names = new Set<string>();
  for (const { name, intervalMs, timeoutMs } of jobs) {
    if (!NAME.test(name)) throw new InvalidArgumentError('job.name', `must be in kebab-case, not '${name}'`);
    if (names.has(name)) throw new InvalidArgumentError('job.name', `must occur once: '${name}'`);
    names.add(name);
    for (const [field, value] of Object.entries({ intervalMs, timeoutMs })) {
      const problem = integerProblem(value, 1);
      if (problem !== null) throw new InvalidArgumentError(`job.${field}`, problem);
    }
  }
}
