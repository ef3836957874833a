import {
  CommandHandler,
  EventStore,
  type AggregateCommandHandler,
  type CommandContext,
  type DomainEvents,
} from '@event-sourcing/nestjs';
import { AS_ADDRESSED } from '../../aggregates/aggregate.command.js';
import { EvaluatorRegistry } from '../evaluators/evaluator-registry.js';
import { evaluationLifecycle, scheduleEvaluation } from './evaluation-decider.js';
import { ScheduleEvaluation } from './schedule-evaluation.command.js';

@CommandHandler(ScheduleEvaluation, { type: 'evaluation.schedule', ...AS_ADDRESSED })
export class ScheduleEvaluationHandler implements AggregateCommandHandler<ScheduleEvaluation> {
  constructor(
    private readonly log: EventStore,
    private readonly evaluators: EvaluatorRegistry,
  ) {}

  async handle(command: ScheduleEvaluation, context: CommandContext): Promise<DomainEvents> {
    const { tenantId, aggregateType, aggregateId } = context;
    const [phase, traceSequence] = await Promise.all([
      evaluationLifecycle.read(this.log, { tenantId, aggregateType, aggregateId }),
      this.log.head({ tenantId, aggregateType: 'trace', aggregateId: command.traceId }),
    ]);
    const isKnown = this.evaluators.find(command.evaluator) !== undefined;
    return scheduleEvaluation(phase, command, { traceSequence, isKnown });
  }
}
