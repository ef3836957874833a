import { DomainEvent } from '@event-sourcing/nestjs';
import { ExperimentPlan } from '../experiment-plan.js';

/** A run of an experiment began. */
@DomainEvent('experiment_run.started', { version: 1 })
export class ExperimentRunStarted extends ExperimentPlan {}
