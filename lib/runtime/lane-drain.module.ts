import { Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DistributedLock } from '../locks/distributed-lock.js';
import { GroupQueue } from '../queue/group-queue.js';
import { RecurringJobs } from '../recurring-jobs/recurring-jobs.js';

/** Finishes accepted work when the application stops. */
@Injectable()
class LaneDrain implements OnModuleDestroy {
  constructor(
    private readonly recurringJobs: RecurringJobs,
    private readonly locks: DistributedLock,
    private readonly queue: GroupQueue,
  ) {}

  async onModuleDestroy(): Promise<void> {
    // They stage into the queue, and so do holders of locks.
    await Promise.all([this.recurringJobs.drain(), this.locks.drain()]);
    await this.queue.drain();
  }
}

/**
 * Lets lanes drain while the providers of all other modules are alive. Nest destroys modules by their distance from the
 * root, the nearest first and global ones last, so this one is put nearer than any other.
 */
@Module({ providers: [LaneDrain] })
export class LaneDrainModule {
  constructor(modules: ModulesContainer) {
    for (const module of modules.values()) {
      if (module.metatype === LaneDrainModule) module.distance = 0;
    }
  }
}
