import { Module } from '@nestjs/common';
import { EvaluatorRegistry } from './evaluator-registry.js';
import { EVALUATORS, type Evaluator } from './evaluator.js';
import { LatencyEvaluator } from './latency.evaluator.js';
import { NoErrorsEvaluator } from './no-errors.evaluator.js';
import { NoRefusalEvaluator } from './no-refusal.evaluator.js';

const evaluators = [LatencyEvaluator, NoErrorsEvaluator, NoRefusalEvaluator];

/** To add an evaluator, list its class. */
@Module({
  providers: [
    ...evaluators,
    { provide: EVALUATORS, useFactory: (...all: Evaluator[]) => all, inject: evaluators },
    EvaluatorRegistry,
  ],
  exports: [EvaluatorRegistry],
})
export class EvaluatorsModule {}
