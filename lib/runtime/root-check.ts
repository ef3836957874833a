import { Logger } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import type { WiringProblems } from '../pipeline/wiring-problems.js';
import type { QueueAdapter } from '../queue/queue-adapter.js';
import type { StorageAdapter } from '../storage/storage.js';
import type { ProcessRole } from './process-role.js';

/** Every loaded copy of this package counts itself here; two copies have two sets of DI tokens. */
const COPIES = Symbol.for('@event-sourcing/nestjs:copies');
const copies = globalThis as { [COPIES]?: number };
copies[COPIES] = (copies[COPIES] ?? 0) + 1;

export interface RootSetup {
  readonly optionsToken: unknown;
  readonly role: ProcessRole;
  readonly storage: StorageAdapter;
  readonly queue: QueueAdapter;
}

/** Checks what `forRoot()` was given. */
export class RootCheck {
  private readonly logger = new Logger('EventSourcing');

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly setup: RootSetup,
  ) {}

  check(problems: WiringProblems): void {
    const { optionsToken, role, storage, queue } = this.setup;
    const roots = this.discovery.getProviders().filter(({ token }) => token === optionsToken).length;
    if (roots > 1)
      problems.add(`EventSourcingModule.forRoot() is imported ${roots} times: import it once, in the root module.`);
    if (role === 'web' && !queue.shared) {
      problems.add(
        `The role 'web' hands its commands to other processes, which the ${queue.name} queue does not reach: ` +
          "use the role 'all', or a shared queue.",
      );
    }
    if (!storage.durable) {
      this.logger.warn(
        `Events are kept in ${storage.name} only and are gone with this process: name an eventStore in forRoot().`,
      );
    }
    if ((copies[COPIES] ?? 1) > 1) {
      this.logger.warn(
        `${copies[COPIES]} copies of @event-sourcing/nestjs are loaded; decorators and tokens of one are strange to the other. Keep one.`,
      );
    }
  }
}
