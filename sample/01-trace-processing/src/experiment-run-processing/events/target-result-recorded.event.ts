import { DomainEvent } from '@event-sourcing/nestjs';
import { TargetResult } from '../target-result.js';

/** A target answered a row, or failed to. */
@DomainEvent('experiment_run.target_result_recorded', { version: 1 })
export class TargetResultRecorded extends TargetResult {}
