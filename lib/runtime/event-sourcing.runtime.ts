import {
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import type { CommandDispatcher } from '../commands/command-dispatcher.js';
import { domainEventMetadata } from '../events/domain-event.decorator.js';
import type { EventTypeRegistry } from '../events/event-type-registry.js';
import type { PipelineExplorer } from '../pipeline/pipeline-explorer.js';
import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import { WiringProblems } from '../pipeline/wiring-problems.js';
import type { ProjectionRegistry } from '../projections/projection-registry.js';
import type { GroupQueue } from '../queue/group-queue.js';
import type { LaneConsumer } from '../queue/lane-consumer.js';
import type { Storage } from '../storage/storage.js';
import type { CqrsBinding } from './cqrs-binding.js';
import type { EventAnnouncer } from './event-announcer.js';
import type { ProcessRole } from './process-role.js';
import type { Reconciler } from './reconciler.js';
import type { RootCheck } from './root-check.js';

/** The parts that the runtime starts and stops. */
export interface RuntimeParts {
  readonly role: ProcessRole;
  readonly rootCheck: RootCheck;
  readonly explorer: PipelineExplorer;
  readonly cqrs: CqrsBinding;
  readonly eventTypes: EventTypeRegistry;
  readonly pipelines: PipelineRegistry;
  readonly projections: ProjectionRegistry;
  readonly dispatcher: CommandDispatcher;
  readonly announcer: EventAnnouncer;
  readonly reconciler: Reconciler;
  readonly worker: LaneConsumer;
  readonly queue: GroupQueue;
  readonly storage: Storage;
}

/**
 * The module's life in Nest's phases:
 *
 *     onModuleInit            find the pipelines, refuse wrong wiring, let the CommandBus come to us
 *     onApplicationBootstrap  a worker first catches up with the log, then consumes
 *     onModuleDestroy         drain: take no more commands, finish what was accepted
 *     onApplicationShutdown   close the storage
 *
 * Phases of different modules do not overlap, so handlers find the providers of all modules alive while they drain.
 */
export class EventSourcingRuntime
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown
{
  private readonly logger = new Logger('EventSourcing');

  constructor(private readonly parts: RuntimeParts) {}

  async onModuleInit(): Promise<void> {
    const { explorer, rootCheck, cqrs, dispatcher, announcer, storage } = this.parts;
    const problems = new WiringProblems();
    try {
      rootCheck.check(problems);
      const pipelines = explorer.explore(problems);
      const commands = pipelines.flatMap((pipeline) => pipeline.commands);
      cqrs.check(commands, problems);
      problems.throwIfAny();
      this.register(pipelines);
      cqrs.bind(commands, dispatcher);
      const eventBus = cqrs.eventBus();
      if (eventBus) announcer.use(eventBus);
    } catch (error) {
      // Nest runs no shutdown hooks when the boot fails.
      await storage.close();
      throw error;
    }
  }

  async onApplicationBootstrap(): Promise<void> {
    const { role, reconciler, queue, worker, pipelines } = this.parts;
    if (role === 'web') return;
    const behind = await reconciler.reconcile();
    queue.consume(worker);
    this.logger.log({ message: 'Consuming', role, pipelines: pipelines.pipelines.map(({ name }) => name), behind });
  }

  async onModuleDestroy(): Promise<void> {
    await this.parts.queue.drain();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.parts.storage.close();
  }

  private register(pipelines: ReturnType<PipelineExplorer['explore']>): void {
    const { eventTypes, projections } = this.parts;
    for (const pipeline of pipelines) {
      this.parts.pipelines.register(pipeline);
      for (const eventClass of pipeline.events)
        eventTypes.register({ ...domainEventMetadata(eventClass)!, eventClass });
      for (const fold of pipeline.folds) projections.registerFold(fold);
      for (const map of pipeline.maps) projections.registerMap(map);
    }
  }
}
