import { Reactor, type ReactorContext, type ReactorHandler, type RecordedEvent } from '@event-sourcing/nestjs';
import { RecentAlerts } from '../../alerts/recent-alerts.js';
import { SimulationRunFailed } from '../events/simulation-run-failed.event.js';
import { SimulationRunFinished } from '../events/simulation-run-finished.event.js';
import { SimulationRunState } from '../projections/simulation-run-state.fold.js';
import type { SimulationRun } from '../projections/simulation-run.js';

/** Tells of a simulation that broke, or whose judge was not content. */
@Reactor({
  name: 'notify_on_failed_simulation',
  fold: SimulationRunState,
  events: [SimulationRunFinished, SimulationRunFailed],
  when: ({ data }) => data instanceof SimulationRunFailed || data.verdict === 'failure',
})
export class NotifyOnFailedSimulation implements ReactorHandler<
  SimulationRun,
  SimulationRunFinished | SimulationRunFailed
> {
  constructor(private readonly alerts: RecentAlerts) {}

  handle(
    { data, aggregateId: subjectId, recordedAt }: RecordedEvent<SimulationRunFinished | SimulationRunFailed>,
    { tenantId, state }: ReactorContext<SimulationRun>,
  ): void {
    const hasFailed = data instanceof SimulationRunFailed;
    this.alerts.raise(tenantId, {
      kind: 'simulation_failed',
      subjectId,
      message: hasFailed ? data.reason : data.reasoning,
      details: {
        scenario: state?.scenario ?? null,
        verdict: hasFailed ? null : data.verdict,
        unmetCriteria: hasFailed ? [] : [...data.unmetCriteria],
      },
      recordedAt: recordedAt.getTime(),
    });
  }
}
