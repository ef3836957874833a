import { ReasonedCommand } from '../../aggregates/reasoned.command.js';

/** Says that the simulation broke. */
export class FailSimulationRun extends ReasonedCommand {}
