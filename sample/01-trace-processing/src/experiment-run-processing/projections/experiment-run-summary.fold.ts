import { Apply, FoldProjection, type FoldHandler, type RecordedEvent } from '@event-sourcing/nestjs';
import { addUsd } from '../../numbers/add-usd.js';
import { EvaluatorResultRecorded } from '../events/evaluator-result-recorded.event.js';
import { ExperimentRunCompleted } from '../events/experiment-run-completed.event.js';
import { ExperimentRunStarted } from '../events/experiment-run-started.event.js';
import { TargetResultRecorded } from '../events/target-result-recorded.event.js';
import type { ExperimentRun } from './experiment-run.js';
import { addEvaluatorResult, addTargetResult, noTargetTotals } from './experiment-totals.js';

/** One row a run: totals, averages and costs, by target and evaluator. */
@FoldProjection({ name: 'experiment_run_summary', version: 1 })
export class ExperimentRunSummary implements FoldHandler<ExperimentRun> {
  init(): ExperimentRun {
    return {
      experiment: null,
      status: 'running',
      rows: 0,
      targetResults: 0,
      expectedTargetResults: 0,
      evaluatorResults: 0,
      expectedEvaluatorResults: 0,
      failures: 0,
      costUsd: 0,
      targets: [],
      startedAt: null,
      completedAt: null,
    };
  }

  @Apply(ExperimentRunStarted)
  started(state: ExperimentRun, { data: plan, occurredAt }: RecordedEvent<ExperimentRunStarted>): ExperimentRun {
    const { experiment, rows, targets, evaluators } = plan;
    return {
      ...state,
      experiment,
      rows,
      expectedTargetResults: rows * targets.length,
      expectedEvaluatorResults: rows * targets.length * evaluators.length,
      targets: targets.map((target) => noTargetTotals(target, evaluators)),
      startedAt: occurredAt.getTime(),
    };
  }

  @Apply(TargetResultRecorded)
  targetResult(state: ExperimentRun, { data: result }: RecordedEvent<TargetResultRecorded>): ExperimentRun {
    return {
      ...state,
      targetResults: state.targetResults + 1,
      failures: state.failures + (result.error === null ? 0 : 1),
      costUsd: addUsd(state.costUsd, result.costUsd),
      targets: state.targets.map((one) => (one.target === result.target ? addTargetResult(one, result) : one)),
    };
  }

  @Apply(EvaluatorResultRecorded)
  evaluatorResult(state: ExperimentRun, { data: result }: RecordedEvent<EvaluatorResultRecorded>): ExperimentRun {
    const { target, evaluator, costUsd } = result;
    return {
      ...state,
      evaluatorResults: state.evaluatorResults + 1,
      costUsd: addUsd(state.costUsd, costUsd),
      targets: state.targets.map((totals) =>
        totals.target === target
          ? {
              ...totals,
              evaluators: totals.evaluators.map((one) =>
                one.evaluator === evaluator ? addEvaluatorResult(one, result) : one,
              ),
            }
          : totals,
      ),
    };
  }

  @Apply(ExperimentRunCompleted)
  completed(state: ExperimentRun, { data, occurredAt }: RecordedEvent<ExperimentRunCompleted>): ExperimentRun {
    return { ...state, status: data.outcome, completedAt: occurredAt.getTime() };
  }
}
