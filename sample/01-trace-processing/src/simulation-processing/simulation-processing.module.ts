import { EventSourcingModule } from '@event-sourcing/nestjs';
import { Module } from '@nestjs/common';
import { AlertsModule } from '../alerts/alerts.module.js';
import { CancelSimulationRunHandler } from './commands/cancel-simulation-run.handler.js';
import { FailSimulationRunHandler } from './commands/fail-simulation-run.handler.js';
import { FinishSimulationRunHandler } from './commands/finish-simulation-run.handler.js';
import { QueueSimulationRunHandler } from './commands/queue-simulation-run.handler.js';
import { StartSimulationRunHandler } from './commands/start-simulation-run.handler.js';
import { TakeMessageSnapshotHandler } from './commands/take-message-snapshot.handler.js';
import { MessageSnapshotTaken } from './events/message-snapshot-taken.event.js';
import { SimulationRunCancelled } from './events/simulation-run-cancelled.event.js';
import { SimulationRunFailed } from './events/simulation-run-failed.event.js';
import { SimulationRunFinished } from './events/simulation-run-finished.event.js';
import { SimulationRunQueued } from './events/simulation-run-queued.event.js';
import { SimulationRunStarted } from './events/simulation-run-started.event.js';
import { SimulationRunState } from './projections/simulation-run-state.fold.js';
import { NotifyOnFailedSimulation } from './reactors/notify-on-failed-simulation.reactor.js';

/** Simulated conversations, from the queue to a verdict. */
@Module({
  imports: [
    AlertsModule,
    EventSourcingModule.forFeature({
      pipeline: 'simulation_processing',
      aggregateType: 'simulation_run',
      events: [
        SimulationRunQueued,
        SimulationRunStarted,
        MessageSnapshotTaken,
        SimulationRunFinished,
        SimulationRunFailed,
        SimulationRunCancelled,
      ],
    }),
  ],
  providers: [
    QueueSimulationRunHandler,
    StartSimulationRunHandler,
    TakeMessageSnapshotHandler,
    FinishSimulationRunHandler,
    FailSimulationRunHandler,
    CancelSimulationRunHandler,
    SimulationRunState,
    NotifyOnFailedSimulation,
  ],
})
export class SimulationProcessingModule {}
