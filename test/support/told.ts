import type { Type } from '@nestjs/common';
import {
  EventSubscription,
  type EventSubscriptionOptions,
  type RecordedEvent,
  type SubscriptionContext,
} from '../../lib/index.js';

/** What the subscription of a test was told, and what it is to do. */
export class Told {
  /** Each call: what it was of, and its events. */
  readonly calls: { readonly partition: string; readonly events: readonly string[]; readonly attempt: number }[] = [];
  /** What was told and done, in order. */
  readonly done: string[] = [];
  /** Most calls for one partition at one time. */
  mostAtOnce = 0;
  private readonly running = new Map<string, number>();
  fails: (event: RecordedEvent) => Error | undefined = () => undefined;
  /** Before a call ends. */
  wait: () => Promise<void> | void = () => undefined;

  async record(events: readonly RecordedEvent[], { partition, tenantId, attempt }: SubscriptionContext): Promise<void> {
    const key = `${tenantId}/${partition}`;
    const running = (this.running.get(key) ?? 0) + 1;
    this.running.set(key, running);
    this.mostAtOnce = Math.max(this.mostAtOnce, running);
    this.calls.push({ partition, events: events.map(nameOf), attempt });
    try {
      await this.wait();
      for (const event of events) {
        const error = this.fails(event);
        if (error) throw error;
      }
      this.done.push(...events.map(nameOf));
    } finally {
      this.running.set(key, this.running.get(key)! - 1);
    }
  }

  of(id: string): readonly string[] {
    return this.done.filter((one) => one.startsWith(`${id}#`));
  }
}

export function nameOf({ aggregateId, sequence }: RecordedEvent): string {
  return `${aggregateId}#${sequence}`;
}

/** A subscription that tells what it was told. */
export function listener(told: Told, options: Partial<EventSubscriptionOptions> = {}): Type {
  @EventSubscription({ name: 'listener', ...options })
  class Listener {
    handle(events: readonly RecordedEvent[], context: SubscriptionContext): Promise<void> {
      return told.record(events, context);
    }
  }
  return Listener;
}
