import { CommandHandler } from '@event-sourcing/nestjs';
import { AS_ADDRESSED } from '../../aggregates/aggregate.command.js';
import { DecidingHandler } from '../../aggregates/deciding-handler.js';
import { queueSimulationRun, simulationRunLifecycle, type SimulationRunPhase } from './simulation-run-decider.js';
import { QueueSimulationRun } from './queue-simulation-run.command.js';

@CommandHandler(QueueSimulationRun, { type: 'simulation_run.queue', ...AS_ADDRESSED })
export class QueueSimulationRunHandler extends DecidingHandler<QueueSimulationRun, SimulationRunPhase> {
  protected readonly history = simulationRunLifecycle;
  protected readonly decide = queueSimulationRun;
}
