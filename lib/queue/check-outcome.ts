import { integerProblem } from '../errors/integer-problem.js';
import { checkAnswers } from './check-answers.js';
import { checkStagedJobs } from './check-staged-jobs.js';
import { InvalidOutcomeError } from './invalid-outcome.error.js';
import type { LaneOutcome } from './lane-batch.js';

/**
 * Refuses what a handler cannot mean, before any of it counts.
 *
 * @param jobs how many the handler was given
 * @throws InvalidOutcomeError
 * @throws InvalidTenantError, InvalidArgumentError when a follow-up has no legal lane or job, or an answer is none
 */
export function checkOutcome(outcome: LaneOutcome | undefined, jobs: number): LaneOutcome {
  if (typeof outcome !== 'object' || outcome === null) throw new InvalidOutcomeError('is none');
  const { completed, followUps, failure } = outcome;
  const problem = integerProblem(completed, 0, jobs);
  if (problem !== null) throw new InvalidOutcomeError(`has a count \`completed\` that ${problem}`);
  if (failure && completed === jobs) throw new InvalidOutcomeError('has a failure, and every job completed');
  if (outcome.heldForMs !== undefined) checkHeld(outcome);
  if (!Array.isArray(followUps)) throw new InvalidOutcomeError('has no list of follow-ups');
  checkStagedJobs(followUps);
  checkAnswers(outcome);
  return outcome;
}

function checkHeld({ heldForMs, completed, followUps, answers = [], failure }: LaneOutcome): void {
  const problem = integerProblem(heldForMs, 1);
  if (problem !== null) throw new InvalidOutcomeError(`has a time \`heldForMs\` that ${problem}`);
  if (completed > 0 || followUps.length > 0 || answers.length > 0 || failure) {
    throw new InvalidOutcomeError('holds the work, and tells of work that was done');
  }
}
