import { Reactor, type ReactorContext, type ReactorHandler, type RecordedEvent } from '@event-sourcing/nestjs';
import { CommandBus } from '@nestjs/cqrs';
import { COMMANDING_ATTEMPTS } from '../../aggregates/commanding-reaction.js';
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
  debounce: { key: (event) => event.aggregateId, delayMs: 200, maxWaitMs: 2_000 },
  maxAttempts: COMMANDING_ATTEMPTS,
})
export class CompleteWhenAllAreIn implements ReactorHandler<
  ExperimentRun,
  TargetResultRecorded | EvaluatorResultRecorded
> {
  constructor(private readonly commandBus: CommandBus) {}

  async handle(event: RecordedEvent, { tenantId, state }: ReactorContext<ExperimentRun>): Promise<void> {
    if (state === null || state.status !== 'running' || !isComplete(state)) return;
    const address = { tenantId, aggregateId: event.aggregateId, commandId: 'complete:all-in' };
    await this.commandBus.execute(new CompleteExperimentRun(address, new RunEnd({ outcome: 'finished' })));
  }
}

function isComplete(run: ExperimentRun): boolean {
  return run.targetResults === run.expectedTargetResults && run.evaluatorResults === run.expectedEvaluatorResults;
}
