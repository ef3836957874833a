import { Module } from '@nestjs/common';
import { HttpModule } from '../../http/http.module.js';
import { SimulationProcessingModule } from '../simulation-processing.module.js';
import { SimulationRunsController } from './simulation-runs.controller.js';

/** What the pipeline takes and answers over HTTP; a worker has none of it. */
@Module({ imports: [SimulationProcessingModule, HttpModule], controllers: [SimulationRunsController] })
export class SimulationRunsApiModule {}
