import { Module } from '@nestjs/common';
import { HttpModule } from '../../http/http.module.js';
import { TraceProcessingModule } from '../trace-processing.module.js';
import { OtlpTracesController } from './otlp-traces.controller.js';
import { TracesController } from './traces.controller.js';

/** What the pipeline takes and answers over HTTP; a worker has none of it. */
@Module({
  imports: [TraceProcessingModule, HttpModule],
  controllers: [OtlpTracesController, TracesController],
})
export class TracesApiModule {}
