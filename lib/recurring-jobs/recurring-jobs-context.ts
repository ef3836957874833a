import type { DynamicModule } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { Clock } from '../clock/clock.js';

/** What an adapter needs from the module that opens it. @publicApi */
export interface RecurringJobsContext {
  readonly clock: Clock;
  /**
   * Adds a Nest module to the application, in time for all lifecycle hooks. For what an adapter brings along of another
   * package that nobody else has to install.
   */
  readonly loadModule: (module: DynamicModule) => Promise<ModuleRef>;
}
