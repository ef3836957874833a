import { Apply, FoldProjection, type FoldHandler, type RecordedEvent } from '@event-sourcing/nestjs';
import { EvaluationCompleted } from '../evaluation-processing/events/evaluation-completed.event.js';
import { EvaluatorResultRecorded } from '../experiment-run-processing/events/evaluator-result-recorded.event.js';
import { TargetResultRecorded } from '../experiment-run-processing/events/target-result-recorded.event.js';
import { SimulationRunStarted } from '../simulation-processing/events/simulation-run-started.event.js';
import { SpanReceived } from '../trace-processing/events/span-received.event.js';
import type { DailyBillableEvents } from './daily-billable-events.js';
import { dayOf } from './day-of.js';

/** One row a project and day, over all pipelines: its tenant is the project, its id the day. */
@FoldProjection({
  name: 'project_daily_billable_events',
  version: 1,
  pipeline: 'all',
  events: [SpanReceived, EvaluationCompleted, TargetResultRecorded, EvaluatorResultRecorded, SimulationRunStarted],
  key: ({ recordedAt }) => dayOf(recordedAt),
})
export class ProjectDailyBillableEvents implements FoldHandler<DailyBillableEvents> {
  init(): DailyBillableEvents {
    return { day: '', total: 0, spans: 0, evaluations: 0, experimentResults: 0, simulations: 0 };
  }

  @Apply(SpanReceived)
  span(state: DailyBillableEvents, event: RecordedEvent<SpanReceived>): DailyBillableEvents {
    return { ...oneMore(state, event), spans: state.spans + 1 };
  }

  @Apply(EvaluationCompleted)
  evaluation(state: DailyBillableEvents, event: RecordedEvent<EvaluationCompleted>): DailyBillableEvents {
    return { ...oneMore(state, event), evaluations: state.evaluations + 1 };
  }

  @Apply(TargetResultRecorded, EvaluatorResultRecorded)
  experimentResult(
    state: DailyBillableEvents,
    event: RecordedEvent<TargetResultRecorded | EvaluatorResultRecorded>,
  ): DailyBillableEvents {
    return { ...oneMore(state, event), experimentResults: state.experimentResults + 1 };
  }

  @Apply(SimulationRunStarted)
  simulation(state: DailyBillableEvents, event: RecordedEvent<SimulationRunStarted>): DailyBillableEvents {
    return { ...oneMore(state, event), simulations: state.simulations + 1 };
  }
}

function oneMore(state: DailyBillableEvents, { recordedAt }: RecordedEvent): DailyBillableEvents {
  return { ...state, day: dayOf(recordedAt), total: state.total + 1 };
}
