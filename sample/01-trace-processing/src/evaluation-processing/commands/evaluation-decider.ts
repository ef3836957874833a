import { CommandRejectedError, type DomainEvents } from '@event-sourcing/nestjs';
import { Lifecycle } from '../../aggregates/lifecycle.js';
import { EvaluationCompleted } from '../events/evaluation-completed.event.js';
import { EvaluationFailed } from '../events/evaluation-failed.event.js';
import { EvaluationScheduled } from '../events/evaluation-scheduled.event.js';
import { EvaluationSkipped } from '../events/evaluation-skipped.event.js';
import { EvaluationStarted } from '../events/evaluation-started.event.js';
import type { CompleteEvaluation } from './complete-evaluation.command.js';
import type { FailEvaluation } from './fail-evaluation.command.js';
import type { ScheduleEvaluation } from './schedule-evaluation.command.js';
import type { SkipEvaluation } from './skip-evaluation.command.js';

export type EvaluationPhase = 'unknown' | 'scheduled' | 'started' | 'finished';

/**
 *     unknown → scheduled → started → finished (completed, failed or skipped)
 *                   └── skipped ──────────^
 */
export const evaluationLifecycle = new Lifecycle<EvaluationPhase>('evaluation', 'unknown', {
  'evaluation.scheduled': 'scheduled',
  'evaluation.started': 'started',
  'evaluation.completed': 'finished',
  'evaluation.failed': 'finished',
  'evaluation.skipped': 'finished',
});

/** What stands outside of the evaluation, and decides whether it can be scheduled. */
export interface ScheduleFacts {
  /** The last sequence of the trace; 0 when it has no events. */
  readonly traceSequence: number;
  /** Whether the workers have the evaluator. */
  readonly isKnown: boolean;
}

export function scheduleEvaluation(
  phase: EvaluationPhase,
  { traceId, evaluator, external }: ScheduleEvaluation,
  { traceSequence, isKnown }: ScheduleFacts,
): DomainEvents {
  evaluationLifecycle.require(phase, ['unknown'], 'scheduled again');
  if (traceSequence === 0) {
    throw new CommandRejectedError(`There is no trace ${traceId} to evaluate.`, { reason: 'TRACE_UNKNOWN' });
  }
  if (!external && !isKnown) {
    throw new CommandRejectedError(`The workers have no evaluator ${evaluator}; one that you run is external.`, {
      reason: 'EVALUATOR_UNKNOWN',
    });
  }
  return [new EvaluationScheduled({ traceId, traceSequence, evaluator, external })];
}

export function startEvaluation(phase: EvaluationPhase): DomainEvents {
  evaluationLifecycle.require(phase, ['scheduled'], 'started');
  return [new EvaluationStarted()];
}

export function completeEvaluation(phase: EvaluationPhase, { verdict }: CompleteEvaluation): DomainEvents {
  evaluationLifecycle.require(phase, ['started'], 'completed');
  return [new EvaluationCompleted(verdict)];
}

export function failEvaluation(phase: EvaluationPhase, { why }: FailEvaluation): DomainEvents {
  evaluationLifecycle.require(phase, ['started'], 'failed');
  return [new EvaluationFailed(why)];
}

export function skipEvaluation(phase: EvaluationPhase, { why }: SkipEvaluation): DomainEvents {
  evaluationLifecycle.require(phase, ['scheduled', 'started'], 'skipped');
  return [new EvaluationSkipped(why)];
}
