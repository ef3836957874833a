import { MapProjection, type MapHandler, type RecordedEvent } from '@event-sourcing/nestjs';
import { EvaluatorResultRecorded } from '../events/evaluator-result-recorded.event.js';
import { TargetResultRecorded } from '../events/target-result-recorded.event.js';
import type { ExperimentResult } from './experiment-result.js';

/** One record a result. */
@MapProjection({ name: 'experiment_results', version: 1, events: [TargetResultRecorded, EvaluatorResultRecorded] })
export class ExperimentResults implements MapHandler<TargetResultRecorded | EvaluatorResultRecorded, ExperimentResult> {
  map({ data }: RecordedEvent<TargetResultRecorded | EvaluatorResultRecorded>): ExperimentResult {
    return data instanceof TargetResultRecorded
      ? { kind: 'target', result: { ...data } }
      : { kind: 'evaluator', result: { ...data } };
  }
}
