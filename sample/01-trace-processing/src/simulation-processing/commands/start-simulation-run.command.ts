import { AggregateCommand } from '../../aggregates/aggregate.command.js';

/** Says that the conversation begins. */
export class StartSimulationRun extends AggregateCommand {}
