import { CommandHandler } from '@event-sourcing/nestjs';
import { AS_ADDRESSED } from '../../aggregates/aggregate.command.js';
import { DecidingHandler } from '../../aggregates/deciding-handler.js';
import { cancelSimulationRun, simulationRunLifecycle, type SimulationRunPhase } from './simulation-run-decider.js';
import { CancelSimulationRun } from './cancel-simulation-run.command.js';

@CommandHandler(CancelSimulationRun, { type: 'simulation_run.cancel', ...AS_ADDRESSED })
export class CancelSimulationRunHandler extends DecidingHandler<CancelSimulationRun, SimulationRunPhase> {
  protected readonly history = simulationRunLifecycle;
  protected readonly decide = cancelSimulationRun;
}
