import { DomainEvent } from '@event-sourcing/nestjs';
import { SimulationSetup } from '../simulation-setup.js';

/** A simulation is to be run. */
@DomainEvent('simulation_run.queued', { version: 1 })
export class SimulationRunQueued extends SimulationSetup {}
