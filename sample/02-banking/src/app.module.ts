import { EventSourcingModule, inProcessQueue, memory, type StorageAdapter } from '@event-sourcing/nestjs';
import { postgres } from '@event-sourcing/nestjs/postgres';
import { redisQueue } from '@event-sourcing/nestjs/redis';
import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { BankingModule } from './banking.module.js';
import { ProblemDetailsFilter } from './http/problem-details.filter.js';
import { ProblemValidationPipe } from './http/validation.pipe.js';
import { RebuildCounts } from './rebuilds/rebuild-counts.js';
import { readSettings, type StoreSettings } from './settings.js';

@Module({
  imports: [
    CqrsModule.forRoot(),
    EventSourcingModule.forRootAsync({
      useFactory: () => {
        const { store, redisUrl, rebuildsPath } = readSettings(process.env);
        return {
          eventStore: createStore(store),
          queue: redisUrl ? redisQueue({ url: redisUrl }) : inProcessQueue(),
          rebuilds: store.kind === 'memory' ? {} : RebuildCounts.read(rebuildsPath),
        };
      },
    }),
    BankingModule,
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
      return postgres({ path: settings.path });
    case 'server':
      return postgres({ connectionString: settings.url });
  }
}
