import { CommandHandler } from '@event-sourcing/nestjs';
import { AS_ADDRESSED } from '../../aggregates/aggregate.command.js';
import { DecidingHandler } from '../../aggregates/deciding-handler.js';
import { takeMessageSnapshot, simulationRunLifecycle, type SimulationRunPhase } from './simulation-run-decider.js';
import { TakeMessageSnapshot } from './take-message-snapshot.command.js';

@CommandHandler(TakeMessageSnapshot, { type: 'simulation_run.take_message_snapshot', ...AS_ADDRESSED })
export class TakeMessageSnapshotHandler extends DecidingHandler<TakeMessageSnapshot, SimulationRunPhase> {
  protected readonly history = simulationRunLifecycle;
  protected readonly decide = takeMessageSnapshot;
}
