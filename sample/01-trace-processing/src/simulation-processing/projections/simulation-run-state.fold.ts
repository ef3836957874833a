import { Apply, FoldProjection, type FoldHandler, type RecordedEvent } from '@event-sourcing/nestjs';
import { MessageSnapshotTaken } from '../events/message-snapshot-taken.event.js';
import { SimulationRunCancelled } from '../events/simulation-run-cancelled.event.js';
import { SimulationRunFailed } from '../events/simulation-run-failed.event.js';
import { SimulationRunFinished } from '../events/simulation-run-finished.event.js';
import { SimulationRunQueued } from '../events/simulation-run-queued.event.js';
import { SimulationRunStarted } from '../events/simulation-run-started.event.js';
import type { SimulationRun, SimulationRunStatus } from './simulation-run.js';

/** One row a simulation, with its conversation. */
@FoldProjection({ name: 'simulation_run_state', version: 1 })
export class SimulationRunState implements FoldHandler<SimulationRun> {
  init(): SimulationRun {
    return {
      scenario: null,
      scenarioSet: null,
      status: 'queued',
      messages: [],
      snapshots: 0,
      verdict: null,
      reasoning: '',
      metCriteria: [],
      unmetCriteria: [],
      reason: null,
      queuedAt: null,
      startedAt: null,
      endedAt: null,
      durationMs: null,
    };
  }

  @Apply(SimulationRunQueued)
  queued(state: SimulationRun, { data, occurredAt }: RecordedEvent<SimulationRunQueued>): SimulationRun {
    const { scenario, scenarioSet } = data;
    return { ...state, scenario, scenarioSet, queuedAt: occurredAt.getTime() };
  }

  @Apply(SimulationRunStarted)
  started(state: SimulationRun, { occurredAt }: RecordedEvent<SimulationRunStarted>): SimulationRun {
    return { ...state, status: 'running', startedAt: occurredAt.getTime() };
  }

  @Apply(MessageSnapshotTaken)
  snapshot(state: SimulationRun, { data }: RecordedEvent<MessageSnapshotTaken>): SimulationRun {
    return { ...state, messages: data.messages, snapshots: state.snapshots + 1 };
  }

  @Apply(SimulationRunFinished)
  finished(state: SimulationRun, event: RecordedEvent<SimulationRunFinished>): SimulationRun {
    const { verdict, reasoning, metCriteria, unmetCriteria } = event.data;
    return { ...ended(state, 'finished', event), verdict, reasoning, metCriteria, unmetCriteria };
  }

  @Apply(SimulationRunFailed)
  failed(state: SimulationRun, event: RecordedEvent<SimulationRunFailed>): SimulationRun {
    return { ...ended(state, 'failed', event), reason: event.data.reason };
  }

  @Apply(SimulationRunCancelled)
  cancelled(state: SimulationRun, event: RecordedEvent<SimulationRunCancelled>): SimulationRun {
    return { ...ended(state, 'cancelled', event), reason: event.data.reason };
  }
}

function ended(state: SimulationRun, status: SimulationRunStatus, { occurredAt }: RecordedEvent): SimulationRun {
  const endedAt = occurredAt.getTime();
  return { ...state, status, endedAt, durationMs: state.startedAt === null ? null : endedAt - state.startedAt };
}
