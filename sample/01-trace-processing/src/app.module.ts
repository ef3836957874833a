import { EventSourcingModule, inProcessQueue, memory, type StorageAdapter } from '@event-sourcing/nestjs';
import { clickhouse } from '@event-sourcing/nestjs/clickhouse';
import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { HealthModule } from './health/health.module.js';
import { ProblemDetailsFilter } from './http/problem-details.filter.js';
import { ProblemValidationPipe } from './http/validation.pipe.js';
import { readSettings, type StoreSettings } from './settings.js';
import { TraceProcessingModule } from './trace-processing/trace-processing.module.js';

@Module({
  imports: [
    CqrsModule.forRoot(),
    EventSourcingModule.forRootAsync({
      useFactory: () => ({
        eventStore: createStore(readSettings(process.env).store),
        queue: inProcessQueue(),
      }),
    }),
    TraceProcessingModule,
    HealthModule,
  ],
  providers: [
    { provide: APP_FILTER, useClass: ProblemDetailsFilter },
    { provide: APP_PIPE, useClass: ProblemValidationPipe },
  ],
})
export class AppModule {}

function createStore(settings: StoreSettings): StorageAdapter {
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
        // This is the one process that appends; another that tries is refused at its boot.
        singleWriter: true,
      });
  }
}
