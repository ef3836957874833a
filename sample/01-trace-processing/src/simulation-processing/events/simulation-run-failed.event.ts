import { DomainEvent } from '@event-sourcing/nestjs';
import { Reason } from '../../aggregates/reason.js';

/** The simulation broke. */
@DomainEvent('simulation_run.failed', { version: 1 })
export class SimulationRunFailed extends Reason {}
