import type { DomainEvents } from '@event-sourcing/nestjs';
import { Lifecycle } from '../../aggregates/lifecycle.js';
import { MessageSnapshotTaken } from '../events/message-snapshot-taken.event.js';
import { SimulationRunCancelled } from '../events/simulation-run-cancelled.event.js';
import { SimulationRunFailed } from '../events/simulation-run-failed.event.js';
import { SimulationRunFinished } from '../events/simulation-run-finished.event.js';
import { SimulationRunQueued } from '../events/simulation-run-queued.event.js';
import { SimulationRunStarted } from '../events/simulation-run-started.event.js';
import type { CancelSimulationRun } from './cancel-simulation-run.command.js';
import type { FailSimulationRun } from './fail-simulation-run.command.js';
import type { FinishSimulationRun } from './finish-simulation-run.command.js';
import type { QueueSimulationRun } from './queue-simulation-run.command.js';
import type { TakeMessageSnapshot } from './take-message-snapshot.command.js';

export type SimulationRunPhase = 'unknown' | 'queued' | 'running' | 'finished' | 'failed' | 'cancelled';

/**
 *     unknown → queued → running (any number of message snapshots) → finished
 *                  └────────┴──→ failed or cancelled
 */
export const simulationRunLifecycle = new Lifecycle<SimulationRunPhase>('simulation run', 'unknown', {
  'simulation_run.queued': 'queued',
  'simulation_run.started': 'running',
  'simulation_run.finished': 'finished',
  'simulation_run.failed': 'failed',
  'simulation_run.cancelled': 'cancelled',
});

export function queueSimulationRun(phase: SimulationRunPhase, { setup }: QueueSimulationRun): DomainEvents {
  simulationRunLifecycle.require(phase, ['unknown'], 'queued again');
  return [new SimulationRunQueued(setup)];
}

export function startSimulationRun(phase: SimulationRunPhase): DomainEvents {
  simulationRunLifecycle.require(phase, ['queued'], 'started');
  return [new SimulationRunStarted()];
}

export function takeMessageSnapshot(phase: SimulationRunPhase, { snapshot }: TakeMessageSnapshot): DomainEvents {
  simulationRunLifecycle.require(phase, ['running'], 'given messages');
  return [new MessageSnapshotTaken(snapshot)];
}

export function finishSimulationRun(phase: SimulationRunPhase, { result }: FinishSimulationRun): DomainEvents {
  simulationRunLifecycle.require(phase, ['running'], 'finished');
  return [new SimulationRunFinished(result)];
}

export function failSimulationRun(phase: SimulationRunPhase, { why }: FailSimulationRun): DomainEvents {
  simulationRunLifecycle.require(phase, ['queued', 'running'], 'failed');
  return [new SimulationRunFailed(why)];
}

export function cancelSimulationRun(phase: SimulationRunPhase, { why }: CancelSimulationRun): DomainEvents {
  simulationRunLifecycle.require(phase, ['queued', 'running'], 'cancelled');
  return [new SimulationRunCancelled(why)];
}
