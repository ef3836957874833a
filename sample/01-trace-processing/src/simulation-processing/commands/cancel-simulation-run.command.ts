import { ReasonedCommand } from '../../aggregates/reasoned.command.js';

/** Ends a simulation that nobody wants any more. */
export class CancelSimulationRun extends ReasonedCommand {}
