import { CommandHandler } from '@event-sourcing/nestjs';
import { AS_ADDRESSED } from '../../aggregates/aggregate.command.js';
import { DecidingHandler } from '../../aggregates/deciding-handler.js';
import { startSimulationRun, simulationRunLifecycle, type SimulationRunPhase } from './simulation-run-decider.js';
import { StartSimulationRun } from './start-simulation-run.command.js';

@CommandHandler(StartSimulationRun, { type: 'simulation_run.start', ...AS_ADDRESSED })
export class StartSimulationRunHandler extends DecidingHandler<StartSimulationRun, SimulationRunPhase> {
  protected readonly history = simulationRunLifecycle;
  protected readonly decide = startSimulationRun;
}
