import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { within } from '../clock/within.js';
import { describeError } from '../errors/describe-error.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import type { AnnouncementChannel } from './announcement-channel.js';

/** What a channel carries at once; beyond, everybody is to look. */
const MAX_MESSAGE_BYTES = 7_000;
/** Time between two messages, in which those of many appends become one. */
const INTERVAL_MS = 20;
/** How long closing waits for the last message. */
const CLOSE_TIMEOUT_MS = 1_000;

/** Called with whose log may have something new; `undefined` means that of any tenant. It returns at once. */
export type Hearer = (tenantId: TenantId | undefined) => void;

/**
 * Tells those who follow the log that it has something new, in all processes that a channel reaches.
 *
 * An announcement is a wake-up, at most once and never the data: whoever hears it reads the log behind what he has, as he
 * does when listening begins again, and from time to time without any.
 */
export class Announcements {
  private readonly logger = new Logger('EventSourcing');
  private readonly hearers = new Set<Hearer>();
  private readonly pending = new Set<TenantId>();
  private readonly closing = new AbortController();
  private publishing: Promise<void> | undefined;
  private isListening = false;
  private isFailing = false;

  /** @param channel absent where no other process reads the log */
  constructor(private readonly channel?: AnnouncementChannel) {}

  /** Call it when something new can be read. */
  announce(tenantId: TenantId): void {
    this.tell(tenantId);
    if (!this.channel || this.closing.signal.aborted) return;
    this.pending.add(tenantId);
    this.publishing ??= this.publish(this.channel).finally(() => (this.publishing = undefined));
  }

  /** The first hearer opens the channel. Returns what ends it. */
  listen(hearer: Hearer): () => void {
    this.hearers.add(hearer);
    if (this.channel && !this.isListening && !this.closing.signal.aborted) {
      this.isListening = true;
      this.channel.listen(
        (message) => this.hear(message),
        () => this.tell(undefined),
      );
    }
    return () => this.hearers.delete(hearer);
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.hearers.clear();
    await within(CLOSE_TIMEOUT_MS, Promise.resolve(this.publishing));
    await this.channel?.close();
  }

  private async publish(channel: AnnouncementChannel): Promise<void> {
    while (this.pending.size > 0) {
      const message = toMessage([...this.pending]);
      this.pending.clear();
      try {
        await channel.publish(message);
        this.isFailing = false;
      } catch (error) {
        this.warn(error);
      }
      // What comes meanwhile goes with the next one; when closing begins, at once.
      await delay(INTERVAL_MS, undefined, { ref: false, signal: this.closing.signal }).catch(() => undefined);
    }
  }

  private hear(message: string): void {
    const tenants = fromMessage(message);
    if (tenants.length === 0) this.tell(undefined);
    for (const tenantId of tenants) this.tell(tenantId);
  }

  private tell(tenantId: TenantId | undefined): void {
    for (const hearer of this.hearers) hearer(tenantId);
  }

  private warn(error: unknown): void {
    if (this.isFailing) return;
    this.isFailing = true;
    this.logger.warn({
      message: 'Other processes are not told of new events, and find them later',
      error: describeError(error),
    });
  }
}

function toMessage(tenants: readonly TenantId[]): string {
  const message = JSON.stringify(tenants);
  return Buffer.byteLength(message) > MAX_MESSAGE_BYTES ? '[]' : message;
}

/** What cannot be read, as that of another release, means everybody. */
function fromMessage(message: string): readonly TenantId[] {
  try {
    const tenants: unknown = JSON.parse(message);
    return Array.isArray(tenants) && tenants.every((one) => typeof one === 'string') ? (tenants as TenantId[]) : [];
  } catch {
    return [];
  }
}
