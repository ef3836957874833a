import type { GroupQueue, QueueDepth } from '../queue/group-queue.js';
import { componentKey } from '../queue/lane.js';
import type { KnownComponent } from '../queue/lane-consumer.js';
import type { Storage } from '../storage/storage.js';
import type { UnknownCommands } from './unknown-commands.js';

/** What this process sees of the work at hand. @publicApi */
export interface EventSourcingReport {
  readonly queue: QueueDepth;
  /**
   * Jobs of components that this process does not know, by kind and component as in `usageByComponent()`. They wait for
   * a process that knows them: for a moment in a deploy, for ever when nobody does.
   */
  readonly unknownJobs: Readonly<Record<string, number>>;
  /**
   * How often this process met a command that none of its pipelines handles, by type, since its start; each attempt
   * counts. The command waits for a process that handles it: see `QueueControl.failingLanes()`.
   */
  readonly unknownCommands: Readonly<Record<string, number>>;
}

/**
 * Says whether this process can do its work, for health endpoints, and what work there is. Injectable.
 *
 * @publicApi
 */
export class EventSourcingHealth {
  private readonly known: ReadonlySet<string>;

  constructor(
    private readonly storage: Storage,
    private readonly queue: GroupQueue,
    components: readonly KnownComponent[],
    private readonly commands: UnknownCommands,
  ) {
    this.known = new Set(components.map(componentKey));
  }

  /** Resolves when the storage and the queue answer, rejects with the reason when one does not. */
  async check(): Promise<void> {
    await Promise.all([this.storage.ping(), this.queue.depth()]);
  }

  /** @throws QueueUnavailableError */
  async report(): Promise<EventSourcingReport> {
    const [queue, usage] = await Promise.all([this.queue.depth(), this.queue.control.usageByComponent()]);
    const unknown = [...usage].filter(([component, { jobs }]) => jobs > 0 && !this.known.has(component));
    return {
      queue,
      unknownJobs: Object.fromEntries(unknown.map(([component, { jobs }]) => [component, jobs])),
      unknownCommands: this.commands.byType,
    };
  }
}
