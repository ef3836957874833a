import { DomainEvent } from '@event-sourcing/nestjs';
import { SimulationResult } from '../simulation-result.js';

/** The conversation ended, and was judged. */
@DomainEvent('simulation_run.finished', { version: 1 })
export class SimulationRunFinished extends SimulationResult {}
