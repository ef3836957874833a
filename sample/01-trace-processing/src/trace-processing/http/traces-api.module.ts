import { Module } from '@nestjs/common';
import { TraceProcessingModule } from '../trace-processing.module.js';
import { AlertsController } from './alerts.controller.js';
import { OtlpTracesController } from './otlp-traces.controller.js';
import { TracesController } from './traces.controller.js';

/** What the pipeline takes and answers over HTTP; a worker has none of it. */
@Module({
  imports: [TraceProcessingModule],
  controllers: [OtlpTracesController, TracesController, AlertsController],
})
export class TracesApiModule {}
