import { type INestApplicationContext, Module } from '@nestjs/common';
import { LazyModuleLoader, NestFactory } from '@nestjs/core';
import { SystemClock } from '../../lib/clock/system-clock.js';
import type { QueueAdapter } from '../../lib/queue/queue-adapter.js';
import { RecurringJobs } from '../../lib/recurring-jobs/recurring-jobs.js';

/** An application with nothing but the recurring jobs of a queue, as one process of several has it. */
export async function recurringJobsApp(
  queue: QueueAdapter,
  imports: readonly object[] = [],
): Promise<INestApplicationContext> {
  @Module({
    imports: imports as [],
    providers: [
      {
        provide: RecurringJobs,
        inject: [LazyModuleLoader],
        useFactory: (loader: LazyModuleLoader) =>
          queue.openRecurringJobs({ clock: new SystemClock(), loadModule: (module) => loader.load(() => module) }),
      },
    ],
  })
  class AppModule {}
  return NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
}
