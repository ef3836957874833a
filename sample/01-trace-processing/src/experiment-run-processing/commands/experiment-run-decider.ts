import { CommandRejectedError, type DomainEvents, type EventStore, type StreamId } from '@event-sourcing/nestjs';
import type { History } from '../../aggregates/history.js';
import { EvaluatorResultRecorded } from '../events/evaluator-result-recorded.event.js';
import { ExperimentRunCompleted } from '../events/experiment-run-completed.event.js';
import { ExperimentRunStarted } from '../events/experiment-run-started.event.js';
import { TargetResultRecorded } from '../events/target-result-recorded.event.js';
import type { ExperimentPlan } from '../experiment-plan.js';
import type { CompleteExperimentRun } from './complete-experiment-run.command.js';
import type { RecordEvaluatorResult } from './record-evaluator-result.command.js';
import type { RecordTargetResult } from './record-target-result.command.js';
import type { StartExperimentRun } from './start-experiment-run.command.js';

/** What decisions about a run need to know of it. */
export interface ExperimentRunHistory {
  /** `null` before it was started. */
  readonly plan: ExperimentPlan | null;
  readonly isCompleted: boolean;
}

/** Reads two events at most, however many results there are. */
export const experimentRunHistory: History<ExperimentRunHistory> = {
  async read(log: EventStore, stream: StreamId): Promise<ExperimentRunHistory> {
    let history: ExperimentRunHistory = { plan: null, isCompleted: false };
    const types = ['experiment_run.started', 'experiment_run.completed'];
    for await (const { data } of log.read(stream, { types })) {
      if (data instanceof ExperimentRunStarted) history = { ...history, plan: data };
      if (data instanceof ExperimentRunCompleted) history = { ...history, isCompleted: true };
    }
    return history;
  },
};

export function startExperimentRun({ plan: known }: ExperimentRunHistory, { plan }: StartExperimentRun): DomainEvents {
  if (known !== null) throw rejection('EXISTS', 'The experiment run exists already.');
  return [new ExperimentRunStarted(plan)];
}

export function recordTargetResult(history: ExperimentRunHistory, { result }: RecordTargetResult): DomainEvents {
  requirePlanned(runningPlan(history), result);
  return [new TargetResultRecorded(result)];
}

export function recordEvaluatorResult(history: ExperimentRunHistory, { result }: RecordEvaluatorResult): DomainEvents {
  const plan = runningPlan(history);
  requirePlanned(plan, result);
  if (!plan.evaluators.includes(result.evaluator)) {
    throw rejection('EVALUATOR_UNPLANNED', `The plan has no evaluator ${result.evaluator}.`);
  }
  return [new EvaluatorResultRecorded(result)];
}

/** A run that is over stays as it ended: whoever completes it may come second. */
export function completeExperimentRun(history: ExperimentRunHistory, { end }: CompleteExperimentRun): DomainEvents {
  if (history.isCompleted) return [];
  runningPlan(history);
  return [new ExperimentRunCompleted(end)];
}

function runningPlan({ plan, isCompleted }: ExperimentRunHistory): ExperimentPlan {
  if (plan === null) throw rejection('UNKNOWN', 'There is no such experiment run.');
  if (isCompleted) throw rejection('COMPLETED', 'The experiment run is completed.');
  return plan;
}

function requirePlanned(
  { targets, rows }: ExperimentPlan,
  { target, row }: { readonly target: string; readonly row: number },
): void {
  if (!targets.includes(target)) throw rejection('TARGET_UNPLANNED', `The plan has no target ${target}.`);
  if (row >= rows) throw rejection('ROW_UNPLANNED', `The plan has rows 0 to ${rows - 1}, not ${row}.`);
}

function rejection(rule: string, message: string): CommandRejectedError {
  return new CommandRejectedError(message, { reason: `EXPERIMENT_RUN_${rule}` });
}
