import { CommandHandler } from '@event-sourcing/nestjs';
import { AS_ADDRESSED } from '../../aggregates/aggregate.command.js';
import { DecidingHandler } from '../../aggregates/deciding-handler.js';
import { failSimulationRun, simulationRunLifecycle, type SimulationRunPhase } from './simulation-run-decider.js';
import { FailSimulationRun } from './fail-simulation-run.command.js';

@CommandHandler(FailSimulationRun, { type: 'simulation_run.fail', ...AS_ADDRESSED })
export class FailSimulationRunHandler extends DecidingHandler<FailSimulationRun, SimulationRunPhase> {
  protected readonly history = simulationRunLifecycle;
  protected readonly decide = failSimulationRun;
}
