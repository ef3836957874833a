import {
  Commands,
  Reactor,
  type ReactorContext,
  type ReactorHandler,
  type RecordedEvent,
} from '@event-sourcing/nestjs';
import { acceptRejection, COMMANDING_ATTEMPTS } from '../../aggregates/commanding-reaction.js';
import { CompleteExperimentRun } from '../commands/complete-experiment-run.command.js';
import { EvaluatorResultRecorded } from '../events/evaluator-result-recorded.event.js';
import { TargetResultRecorded } from '../events/target-result-recorded.event.js';
import { ExperimentRunSummary } from '../projections/experiment-run-summary.fold.js';
import type { ExperimentRun } from '../projections/experiment-run.js';
import { RunEnd } from '../run-end.js';

/** Ends a run once every result of its plan is in, so that no client must be the last one. */
@Reactor({
  name: 'complete_when_all_are_in',
  fold: ExperimentRunSummary,
  events: [TargetResultRecorded, EvaluatorResultRecorded],
  durable: true,
  maxAttempts: COMMANDING_ATTEMPTS,
})
export class CompleteWhenAllAreIn implements ReactorHandler<
  ExperimentRun,
  TargetResultRecorded | EvaluatorResultRecorded
> {
  constructor(private readonly commands: Commands) {}

  async handle(
    { aggregateId, sequence }: RecordedEvent,
    { tenantId, state, foldSequence }: ReactorContext<ExperimentRun>,
  ): Promise<void> {
    if (sequence < foldSequence) return;
    if (state === null || state.status !== 'running' || !isComplete(state)) return;
    const address = { tenantId, aggregateId, commandId: 'complete:all-in' };
    await acceptRejection(async () => {
      await this.commands.run(new CompleteExperimentRun(address, new RunEnd({ outcome: 'finished' })));
    });
  }
}

function isComplete(run: ExperimentRun): boolean {
  return run.targetResults === run.expectedTargetResults && run.evaluatorResults === run.expectedEvaluatorResults;
}
