import { Logger } from '@nestjs/common';
import type { EventBus } from '@nestjs/cqrs';
import type { Announcements } from '../announcements/announcements.js';
import { describeError } from '../errors/describe-error.js';
import type { AppendResult } from '../event-store/append-result.js';
import { TenantContext } from '../tenancy/tenant-context.js';

/**
 * Tells all processes that there are new events, and hands these to the EventBus of `@nestjs/cqrs`, at most once and only
 * in the process that stored them: for sagas and handlers that may miss one. What must not be missed is a `@Reactor`.
 */
export class EventAnnouncer {
  private readonly logger = new Logger('EventSourcing');
  private eventBus: EventBus | undefined;

  constructor(private readonly announcements: Pick<Announcements, 'announce'>) {}

  use(eventBus: EventBus): void {
    this.eventBus = eventBus;
  }

  announce({ stream, events, repeated }: AppendResult): void {
    // Whoever stored it first may have died before it told anybody.
    this.announcements.announce(stream.tenantId);
    if (!this.eventBus || repeated) return;
    for (const { id, tenantId, metadata, data } of events) {
      try {
        const published: unknown = TenantContext.run({ ...metadata, tenantId, causationId: id }, () =>
          this.eventBus?.publish(data),
        );
        if (published instanceof Promise) published.catch((error: unknown) => this.warn(id, error));
      } catch (error) {
        this.warn(id, error);
      }
    }
  }

  private warn(eventId: string, error: unknown): void {
    this.logger.warn({ message: 'The EventBus refused a stored event', eventId, error: describeError(error) });
  }
}
