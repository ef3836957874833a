import {
  Commands,
  EventStore,
  Reactor,
  type ReactorContext,
  type ReactorHandler,
  type RecordedEvent,
} from '@event-sourcing/nestjs';
import type { CommandAddress } from '../../aggregates/aggregate.command.js';
import { acceptRejection, COMMANDING_ATTEMPTS } from '../../aggregates/commanding-reaction.js';
import { MAX_REASON_LENGTH, Reason } from '../../aggregates/reason.js';
import { CompleteEvaluation } from '../commands/complete-evaluation.command.js';
import { FailEvaluation } from '../commands/fail-evaluation.command.js';
import { SkipEvaluation } from '../commands/skip-evaluation.command.js';
import { StartEvaluation } from '../commands/start-evaluation.command.js';
import { MAX_EVALUATED_SPANS, readTrace, type EvaluatedTrace } from '../evaluators/evaluated-trace.js';
import { EvaluatorRegistry } from '../evaluators/evaluator-registry.js';
import type { Evaluator } from '../evaluators/evaluator.js';
import { EvaluationScheduled } from '../events/evaluation-scheduled.event.js';
import { EvaluationState } from '../projections/evaluation-state.fold.js';
import type { Evaluation } from '../projections/evaluation.js';

/**
 * Runs the evaluator of what was scheduled. The ids of its commands are the same in each attempt, so a reaction that
 * is repeated starts and finishes nothing twice.
 */
@Reactor({
  name: 'run_evaluation',
  fold: EvaluationState,
  events: [EvaluationScheduled],
  when: ({ data }) => !data.external,
  durable: true,
  maxAttempts: COMMANDING_ATTEMPTS,
})
export class RunEvaluation implements ReactorHandler<Evaluation, EvaluationScheduled> {
  constructor(
    private readonly commands: Commands,
    private readonly log: EventStore,
    private readonly evaluators: EvaluatorRegistry,
  ) {}

  async handle(event: RecordedEvent<EvaluationScheduled>, { tenantId }: ReactorContext<Evaluation>): Promise<void> {
    const { data, aggregateId } = event;
    const evaluator = this.evaluators.find(data.evaluator);
    // A worker of an older release: the reaction is repeated, and in the end put aside where it can be seen.
    if (!evaluator) throw new Error(`This worker has no evaluator ${data.evaluator}.`);
    const address = (step: string): CommandAddress => ({ tenantId, aggregateId, commandId: `run:${step}` });
    await acceptRejection(async () => {
      await this.commands.run(new StartEvaluation(address('start')));
      const trace = await readTrace(this.log, tenantId, data);
      await this.commands.run(await finish(evaluator, trace, address('finish')));
    });
  }
}

async function finish(
  evaluator: Evaluator,
  trace: EvaluatedTrace | null,
  address: CommandAddress,
): Promise<CompleteEvaluation | SkipEvaluation | FailEvaluation> {
  const skip = (reason: string): SkipEvaluation => new SkipEvaluation(address, new Reason({ reason }));
  if (trace === null) return skip(`The trace has more than ${MAX_EVALUATED_SPANS} spans.`);
  if (trace.spans.length === 0) return skip('The log holds no spans of the trace any more.');
  try {
    const finding = await evaluator.evaluate(trace);
    return 'verdict' in finding ? new CompleteEvaluation(address, finding.verdict) : skip(finding.skipped);
  } catch (error) {
    const reason =
      `${error instanceof Error ? error.message : String(error)}`.slice(0, MAX_REASON_LENGTH) || 'Unknown.';
    return new FailEvaluation(address, new Reason({ reason }));
  }
}
