import { DomainEvent } from '@event-sourcing/nestjs';
import { Reason } from '../../aggregates/reason.js';

/** Somebody does not want it any more. */
@DomainEvent('simulation_run.cancelled', { version: 1 })
export class SimulationRunCancelled extends Reason {}
