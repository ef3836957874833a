import { CommandHandler } from '@event-sourcing/nestjs';
import { AS_ADDRESSED } from '../../aggregates/aggregate.command.js';
import { DecidingHandler } from '../../aggregates/deciding-handler.js';
import { finishSimulationRun, simulationRunLifecycle, type SimulationRunPhase } from './simulation-run-decider.js';
import { FinishSimulationRun } from './finish-simulation-run.command.js';

@CommandHandler(FinishSimulationRun, { type: 'simulation_run.finish', ...AS_ADDRESSED })
export class FinishSimulationRunHandler extends DecidingHandler<FinishSimulationRun, SimulationRunPhase> {
  protected readonly history = simulationRunLifecycle;
  protected readonly decide = finishSimulationRun;
}
