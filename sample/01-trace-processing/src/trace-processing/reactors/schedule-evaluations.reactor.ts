import {
  Commands,
  Reactor,
  type ReactorContext,
  type ReactorHandler,
  type RecordedEvent,
} from '@event-sourcing/nestjs';
import { acceptRejection, COMMANDING_ATTEMPTS } from '../../aggregates/commanding-reaction.js';
import { ScheduleEvaluation } from '../../evaluation-processing/commands/schedule-evaluation.command.js';
import { EvaluatorRegistry } from '../../evaluation-processing/evaluators/evaluator-registry.js';
import { TraceSummary } from '../projections/trace-summary.fold.js';
import type { TraceSummaryState } from '../projections/trace-summary.state.js';

/**
 * Has each trace evaluated once its spans cease to arrive: an event that others have followed meanwhile is passed over, and
 * so it reacts to all that the fold lists, for any of them may be the last. An evaluation is named by its trace and
 * evaluator, and its command has the same id each time: spans that come later, or again, start no second one.
 */
@Reactor({
  name: 'schedule_evaluations',
  fold: TraceSummary,
  durable: true,
  delayMs: 1_000,
  maxAttempts: COMMANDING_ATTEMPTS,
})
export class ScheduleEvaluations implements ReactorHandler<TraceSummaryState> {
  constructor(
    private readonly commands: Commands,
    private readonly evaluators: EvaluatorRegistry,
  ) {}

  async handle(
    { aggregateId: traceId, sequence }: RecordedEvent,
    { tenantId, foldSequence }: ReactorContext<TraceSummaryState>,
  ): Promise<void> {
    if (sequence < foldSequence) return;
    const commandId = 'schedule:trace';
    for (const { name: evaluator } of this.evaluators.all) {
      const address = { tenantId, aggregateId: `${traceId}.${evaluator}`, commandId };
      await acceptRejection(async () => {
        await this.commands.run(new ScheduleEvaluation(address, { traceId, evaluator, external: false }));
      });
    }
  }
}
