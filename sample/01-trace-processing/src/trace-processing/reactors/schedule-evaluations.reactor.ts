import { Reactor, type ReactorContext, type ReactorHandler, type RecordedEvent } from '@event-sourcing/nestjs';
import { CommandBus } from '@nestjs/cqrs';
import { acceptRejection, COMMANDING_ATTEMPTS } from '../../aggregates/commanding-reaction.js';
import { ScheduleEvaluation } from '../../evaluation-processing/commands/schedule-evaluation.command.js';
import { EvaluatorRegistry } from '../../evaluation-processing/evaluators/evaluator-registry.js';
import { SpanReceived } from '../events/span-received.event.js';
import { TraceSummary } from '../projections/trace-summary.fold.js';
import type { TraceSummaryState } from '../projections/trace-summary.state.js';

/**
 * Has each trace evaluated once its spans cease to arrive. An evaluation is named by its trace and evaluator, and its
 * command has the same id each time: spans that come later, or again, start no second one.
 */
@Reactor({
  name: 'schedule_evaluations',
  fold: TraceSummary,
  events: [SpanReceived],
  debounce: { key: (event) => event.aggregateId, delayMs: 1_000, maxWaitMs: 10_000 },
  maxAttempts: COMMANDING_ATTEMPTS,
})
export class ScheduleEvaluations implements ReactorHandler<TraceSummaryState, SpanReceived> {
  constructor(
    private readonly commandBus: CommandBus,
    private readonly evaluators: EvaluatorRegistry,
  ) {}

  async handle(event: RecordedEvent<SpanReceived>, { tenantId }: ReactorContext<TraceSummaryState>): Promise<void> {
    const traceId = event.aggregateId;
    const commandId = 'schedule:trace';
    for (const { name: evaluator } of this.evaluators.all) {
      const address = { tenantId, aggregateId: `${traceId}.${evaluator}`, commandId };
      await acceptRejection(async () => {
        await this.commandBus.execute(new ScheduleEvaluation(address, { traceId, evaluator, external: false }));
      });
    }
  }
}
