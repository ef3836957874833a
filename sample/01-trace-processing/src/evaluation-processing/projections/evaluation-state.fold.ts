import { Apply, FoldProjection, type FoldHandler, type RecordedEvent } from '@event-sourcing/nestjs';
import { EvaluationCompleted } from '../events/evaluation-completed.event.js';
import { EvaluationFailed } from '../events/evaluation-failed.event.js';
import { EvaluationScheduled } from '../events/evaluation-scheduled.event.js';
import { EvaluationSkipped } from '../events/evaluation-skipped.event.js';
import { EvaluationStarted } from '../events/evaluation-started.event.js';
import type { Evaluation } from './evaluation.js';

/** One row an evaluation. */
@FoldProjection({ name: 'evaluation_state', version: 1 })
export class EvaluationState implements FoldHandler<Evaluation> {
  init(): Evaluation {
    return {
      traceId: null,
      traceSequence: 0,
      evaluator: null,
      external: false,
      status: 'scheduled',
      score: null,
      passed: null,
      label: null,
      details: '',
      reason: null,
      costUsd: 0,
      scheduledAt: null,
      startedAt: null,
      finishedAt: null,
    };
  }

  @Apply(EvaluationScheduled)
  scheduled(state: Evaluation, { data, occurredAt }: RecordedEvent<EvaluationScheduled>): Evaluation {
    const { traceId, traceSequence, evaluator, external } = data;
    return { ...state, traceId, traceSequence, evaluator, external, scheduledAt: occurredAt.getTime() };
  }

  @Apply(EvaluationStarted)
  started(state: Evaluation, { occurredAt }: RecordedEvent<EvaluationStarted>): Evaluation {
    return { ...state, status: 'started', startedAt: occurredAt.getTime() };
  }

  @Apply(EvaluationCompleted)
  completed(state: Evaluation, { data, occurredAt }: RecordedEvent<EvaluationCompleted>): Evaluation {
    const { score, passed, label, details, costUsd } = data;
    const finishedAt = occurredAt.getTime();
    return { ...state, status: 'completed', score, passed, label, details, costUsd, finishedAt };
  }

  @Apply(EvaluationFailed)
  failed(state: Evaluation, { data, occurredAt }: RecordedEvent<EvaluationFailed>): Evaluation {
    return { ...state, status: 'failed', reason: data.reason, finishedAt: occurredAt.getTime() };
  }

  @Apply(EvaluationSkipped)
  skipped(state: Evaluation, { data, occurredAt }: RecordedEvent<EvaluationSkipped>): Evaluation {
    return { ...state, status: 'skipped', reason: data.reason, finishedAt: occurredAt.getTime() };
  }
}
