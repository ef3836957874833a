import { Module } from '@nestjs/common';
import { HttpModule } from '../../http/http.module.js';
import { ExperimentRunProcessingModule } from '../experiment-run-processing.module.js';
import { ExperimentRunsController } from './experiment-runs.controller.js';

/** What the pipeline takes and answers over HTTP; a worker has none of it. */
@Module({ imports: [ExperimentRunProcessingModule, HttpModule], controllers: [ExperimentRunsController] })
export class ExperimentRunsApiModule {}
