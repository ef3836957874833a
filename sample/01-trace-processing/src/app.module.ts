import { EventSourcingModule, inProcessQueue, memory, type StorageAdapter } from '@event-sourcing/nestjs';
import { clickhouse } from '@event-sourcing/nestjs/clickhouse';
import { redisQueue } from '@event-sourcing/nestjs/redis';
import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { AlertsApiModule } from './alerts/alerts-api.module.js';
import { EvaluationProcessingModule } from './evaluation-processing/evaluation-processing.module.js';
import { EvaluationsApiModule } from './evaluation-processing/http/evaluations-api.module.js';
import { ExperimentRunProcessingModule } from './experiment-run-processing/experiment-run-processing.module.js';
import { ExperimentRunsApiModule } from './experiment-run-processing/http/experiment-runs-api.module.js';
import { GlobalProjectionsModule } from './global-projections/global-projections.module.js';
import { UsageApiModule } from './global-projections/http/usage-api.module.js';
import { HealthModule } from './health/health.module.js';
import { ProblemDetailsFilter } from './http/problem-details.filter.js';
import { ProblemValidationPipe } from './http/validation.pipe.js';
import { readSettings, servesApi, type StoreSettings } from './settings.js';
import { SimulationRunsApiModule } from './simulation-processing/http/simulation-runs-api.module.js';
import { SimulationProcessingModule } from './simulation-processing/simulation-processing.module.js';
import { TracesApiModule } from './trace-processing/http/traces-api.module.js';
import { TraceProcessingModule } from './trace-processing/trace-processing.module.js';

@Module({
  imports: [
    CqrsModule.forRoot(),
    EventSourcingModule.forRootAsync({
      useFactory: () => {
        const { role, store, redisUrl } = readSettings(process.env);
        return {
          role,
          eventStore: createStore(store, redisUrl),
          queue: redisUrl ? redisQueue({ url: redisUrl }) : inProcessQueue(),
        };
      },
    }),
    TraceProcessingModule,
    EvaluationProcessingModule,
    ExperimentRunProcessingModule,
    SimulationProcessingModule,
    GlobalProjectionsModule,
    ...(servesApi(process.env)
      ? [
          TracesApiModule,
          EvaluationsApiModule,
          ExperimentRunsApiModule,
          SimulationRunsApiModule,
          UsageApiModule,
          AlertsApiModule,
        ]
      : []),
    HealthModule,
  ],
  providers: [
    { provide: APP_FILTER, useClass: ProblemDetailsFilter },
    { provide: APP_PIPE, useClass: ProblemValidationPipe },
  ],
})
export class AppModule {}

function createStore(settings: StoreSettings, redisUrl: string | undefined): StorageAdapter {
  switch (settings.kind) {
    case 'memory':
      return memory();
    case 'embedded':
      return clickhouse({ path: settings.path });
    case 'server':
      return clickhouse({
        url: settings.url,
        username: settings.username,
        password: settings.password,
        // Without Redis this is the one process that appends; another that tries is refused at its boot.
        ...(redisUrl ? { redis: { url: redisUrl } } : { singleWriter: true }),
      });
  }
}
