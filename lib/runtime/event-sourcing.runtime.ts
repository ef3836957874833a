import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Announcements } from '../announcements/announcements.js';
import type { CommandDispatcher } from '../commands/command-dispatcher.js';
import { describeError } from '../errors/describe-error.js';
import type { DistributedLock } from '../locks/distributed-lock.js';
import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import type { GroupQueue } from '../queue/group-queue.js';
import type { LaneConsumer } from '../queue/lane-consumer.js';
import type { RecurringJob } from '../recurring-jobs/recurring-job.js';
import type { RecurringJobs } from '../recurring-jobs/recurring-jobs.js';
import type { Storage } from '../storage/storage.js';
import type { BuildRunner } from './builds/build-runner.js';
import type { UnbuiltVersions } from './builds/unbuilt-versions.js';
import { componentRoutes } from './component-routes.js';
import type { ComponentBirths } from './component-births.js';
import type { CqrsBinding } from './cqrs-binding.js';
import type { EventAnnouncer } from './event-announcer.js';
import type { ProcessRole } from './process-role.js';
import type { Reconciliation } from './reconciliation/reconciliation.js';

/** The parts that the runtime starts and stops. */
export interface RuntimeParts {
  readonly role: ProcessRole;
  readonly cqrs: CqrsBinding;
  readonly pipelines: PipelineRegistry;
  readonly dispatcher: CommandDispatcher;
  readonly announcements: Announcements;
  readonly announcer: EventAnnouncer;
  readonly births: ComponentBirths;
  readonly unbuilt: UnbuiltVersions;
  readonly builds: BuildRunner;
  readonly reconciliation: Reconciliation;
  readonly worker: LaneConsumer;
  readonly queue: GroupQueue;
  readonly recurringJobs: RecurringJobs;
  readonly sweep: RecurringJob;
  readonly locks: DistributedLock;
  readonly storage: Storage;
}

/**
 * The module's life in Nest's phases:
 *
 *     onModuleInit            let the CommandBus come to us
 *     onApplicationBootstrap  a worker consumes, catches up with the log, and sweeps; a web process stages only
 *     onModuleDestroy         drain, before all other modules (`LaneDrainModule`)
 *     onApplicationShutdown   close the storage
 */
export class EventSourcingRuntime implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('EventSourcing');

  constructor(private readonly parts: RuntimeParts) {}

  onModuleInit(): void {
    const { cqrs, dispatcher, announcer, pipelines } = this.parts;
    cqrs.bind([...pipelines.commands.values()], dispatcher);
    const eventBus = cqrs.eventBus();
    if (eventBus) announcer.use(eventBus);
  }

  async onApplicationBootstrap(): Promise<void> {
    try {
      await (this.parts.role === 'web' ? this.startStaging() : this.startConsuming());
    } catch (error) {
      // Nest runs no shutdown hooks when the boot fails.
      await Promise.all([this.parts.recurringJobs.drain(), this.parts.locks.drain()]);
      await this.parts.queue.drain();
      await this.closeStorage();
      throw error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.closeStorage();
  }

  private async startStaging(): Promise<void> {
    const { role, births, unbuilt, dispatcher, pipelines } = this.parts;
    await births.noteBeginnings();
    await unbuilt.noteBeginnings();
    dispatcher.open();
    this.logger.log({ message: 'Staging', role, pipelines: pipelines.pipelines.map(({ name }) => name) });
  }

  private async startConsuming(): Promise<void> {
    const {
      role,
      births,
      unbuilt,
      builds,
      reconciliation,
      dispatcher,
      queue,
      worker,
      recurringJobs,
      sweep,
      pipelines,
    } = this.parts;
    await births.load();
    await unbuilt.find();
    queue.consume(worker);
    dispatcher.open();
    let behind: number | undefined;
    await queue.routes.keep(componentRoutes(pipelines), async () => {
      if (behind === undefined) behind = await reconciliation.atStart();
      else await reconciliation.afterAbsence();
    });
    recurringJobs.start([sweep]);
    void builds.run();
    this.logger.log({ message: 'Consuming', role, pipelines: pipelines.pipelines.map(({ name }) => name), behind });
  }

  private async closeStorage(): Promise<void> {
    try {
      await this.parts.announcements.close();
      await this.parts.storage.close();
    } catch (error) {
      this.logger.error({ message: 'The storage did not close cleanly', error: describeError(error) });
    }
  }
}
