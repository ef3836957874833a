import { DomainEvent } from '@event-sourcing/nestjs';

/** The conversation began. */
@DomainEvent('simulation_run.started', { version: 1 })
export class SimulationRunStarted {}
