import { Module } from '@nestjs/common';
import { HttpModule } from '../../http/http.module.js';
import { EvaluationProcessingModule } from '../evaluation-processing.module.js';
import { EvaluatorsModule } from '../evaluators/evaluators.module.js';
import { EvaluationsController } from './evaluations.controller.js';
import { EvaluatorsController } from './evaluators.controller.js';

/** What the pipeline takes and answers over HTTP; a worker has none of it. */
@Module({
  imports: [EvaluationProcessingModule, EvaluatorsModule, HttpModule],
  controllers: [EvaluationsController, EvaluatorsController],
})
export class EvaluationsApiModule {}
