import { DomainEvent } from '@event-sourcing/nestjs';
import { RunEnd } from '../run-end.js';

/** No further results are expected. */
@DomainEvent('experiment_run.completed', { version: 1 })
export class ExperimentRunCompleted extends RunEnd {}
