import { setTimeout as sleep } from 'node:timers/promises';
import { Announcements } from '../announcements/announcements.js';
import { AppendConditionFailedError } from '../event-store/append-condition-failed.error.js';
import { ClosedError } from '../errors/closed.error.js';
import { integerProblem } from '../errors/integer-problem.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { within } from '../clock/within.js';
import { SystemClock } from '../clock/system-clock.js';
import { UuidIdGenerator } from '../events/uuid-id-generator.js';
import { checkText } from '../event-store/check-stream.js';
import { checkEventQuery } from '../event-store/check-event-query.js';
import { containsJson } from '../event-store/contains-json.js';
import type { EventStore as Log } from '../event-store/event-store.js';
import type { JsonValue } from '../events/json-value.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { Storage, StorageAdapter } from '../storage/storage.js';
import type { StreamId } from '../event-store/stream-id.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import { checkFilterCriteria, type FilterCriteria } from './check-filter-criteria.js';
import { ContextChangedError } from './context-changed.error.js';
import type { Event, EventRecord } from './event.js';
import type { EventFilter, EventQuery } from './event-filter.js';
import type { EventStore, EventSubscription, HandleEvents, QueryResult } from './event-store.js';
import { PlainEvent } from './plain-event.js';
import { PlainEventSerializer } from './plain-event-serializer.js';
import { Subscription } from './subscription.js';
import { toEventRecord } from './to-event-record.js';

const DEFAULT_TENANT = 'default';
const DEFAULT_POLL_MS = 1_000;
const DEFAULT_CALL_TIMEOUT_MS = 5_000;
const DEFAULT_CLOSE_TIMEOUT_MS = 10_000;
/** The stream that holds all events of a tenant, in whose sequences they are numbered. */
const STREAM = { aggregateType: 'compat', aggregateId: 'events' };

/** @publicApi */
export interface ContentEventStoreOptions {
  /** Whose log it is. @default 'default' */
  readonly tenantId?: string;
  /**
   * How often subscribers look for events that other processes have appended and nobody told them of; milliseconds from
   * 1. @default 1_000
   */
  readonly pollMs?: number;
  /**
   * How long `append` waits until subscribers have been called, whose handlers go on by themselves; milliseconds from 0.
   *
   * @default 5_000
   */
  readonly callTimeoutMs?: number;
  /** How long closing waits for handlers that run; milliseconds from 0. @default 10_000 */
  readonly closeTimeoutMs?: number;
}

/** What is used of a backend. */
interface Opened extends Pick<Storage, 'events' | 'close'> {
  /** Reach subscribers of other processes where the backend can. */
  readonly announcements: Announcements;
}

/**
 * The published form over a log of ours. All events of a tenant are one stream, so appends take effect one after the
 * other, and the sequence number of the last event that matches says all there is to know of them.
 */
export class ContentEventStore implements EventStore {
  private readonly stream: StreamId;
  private readonly pollMs: number;
  private readonly callTimeoutMs: number;
  private readonly closeTimeoutMs: number;
  private readonly subscriptions = new Set<Subscription>();
  private opening?: Promise<Opened>;
  private closing?: Promise<void>;

  /** @throws InvalidTenantError @throws InvalidArgumentError */
  constructor(
    private readonly adapter: StorageAdapter,
    {
      tenantId = DEFAULT_TENANT,
      pollMs = DEFAULT_POLL_MS,
      callTimeoutMs = DEFAULT_CALL_TIMEOUT_MS,
      closeTimeoutMs = DEFAULT_CLOSE_TIMEOUT_MS,
    }: ContentEventStoreOptions = {},
  ) {
    for (const [field, value] of Object.entries({ pollMs, callTimeoutMs, closeTimeoutMs })) {
      const problem = integerProblem(value, field === 'pollMs' ? 1 : 0);
      if (problem !== null) throw new InvalidArgumentError(field, problem);
    }
    this.stream = { tenantId: createTenantId(tenantId), ...STREAM };
    this.pollMs = pollMs;
    this.callTimeoutMs = callTimeoutMs;
    this.closeTimeoutMs = closeTimeoutMs;
  }

  /** Connects and makes the tables where they are missing. Every other call does so as well. */
  async initializeDatabase(): Promise<void> {
    await this.open();
  }

  async query(filterCriteria: EventQuery | EventFilter): Promise<QueryResult> {
    const wanted = checkFilterCriteria(filterCriteria, this.stream);
    const { events: log } = await this.open();
    const events: EventRecord[] = [];
    for await (const event of this.read(log, wanted)) events.push(toEventRecord(event));
    return { events, maxSequenceNumber: events.at(-1)?.sequenceNumber ?? 0 };
  }

  async append(
    events: readonly Event[],
    filterCriteria?: EventQuery | EventFilter,
    expectedMaxSequenceNumber?: number,
  ): Promise<void> {
    const news = checkEvents(events).map((event) => ({ data: new PlainEvent(event.eventType, event.payload) }));
    const criteria = filterCriteria === undefined ? [] : checkFilterCriteria(filterCriteria, this.stream).criteria;
    const expected = expectedMaxSequenceNumber;
    if (filterCriteria !== undefined && !(Number.isSafeInteger(expected) && expected! >= 0)) {
      throw new InvalidArgumentError('expectedMaxSequenceNumber', 'must be an integer of at least 0 with a filter');
    }
    if (news.length === 0) return;
    const { events: log, announcements } = await this.open();
    if (criteria.length === 0) await log.append(this.stream, news);
    else await this.appendUnless(log, news, criteria, expected!);
    announcements.announce(this.stream.tenantId);
    const called = Promise.all([...this.subscriptions].map((subscription) => subscription.wake()));
    await within(this.callTimeoutMs, called);
  }

  async subscribe(handle: HandleEvents): Promise<EventSubscription> {
    if (typeof handle !== 'function') throw new InvalidArgumentError('handle', 'must be a function');
    const { events: log, announcements } = await this.open();
    const head = await log.head(this.stream);
    this.checkOpen();
    const subscription = new Subscription(log, this.stream, head, handle, { announcements, pollMs: this.pollMs });
    this.subscriptions.add(subscription);
    return {
      id: subscription.id,
      unsubscribe: async () => {
        this.subscriptions.delete(subscription);
        await subscription.end();
      },
    };
  }

  /** Ends the subscriptions, waits for their handlers, up to `closeTimeoutMs`, and closes the connections. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    const ended = Promise.all([...this.subscriptions].map((subscription) => subscription.end()));
    await Promise.race([ended, sleep(this.closeTimeoutMs, undefined, { ref: false })]);
    const opened = await this.opening?.catch(() => undefined);
    await opened?.announcements.close();
    await opened?.close();
  }

  /** A database that does not answer now may do so at the next call. */
  private async open(): Promise<Opened> {
    this.checkOpen();
    if (!this.opening) {
      const clock = new SystemClock();
      const context = { clock, ids: new UuidIdGenerator(clock), serializer: new PlainEventSerializer() };
      this.opening = this.adapter.open(context).then(
        (storage) => ({
          events: storage.events,
          announcements: new Announcements(storage.announcements),
          close: () => storage.close(),
        }),
        (error: unknown) => {
          this.opening = undefined;
          throw error;
        },
      );
    }
    return this.opening;
  }

  private checkOpen(): void {
    if (this.closing) throw new ClosedError('The event store');
  }

  private async appendUnless(
    log: Log,
    news: readonly { readonly data: PlainEvent }[],
    query: FilterCriteria['criteria'],
    expected: number,
  ): Promise<void> {
    const { tenantId } = this.stream;
    let after: Awaited<ReturnType<Log['position']>> | undefined;
    let last = 0;
    for await (const event of log.readAll({ tenantId, query, direction: 'backwards', limit: 1 })) {
      ({ position: after, sequence: last } = event);
    }
    if (last !== expected) throw new ContextChangedError(expected);
    try {
      await log.append(this.stream, news, { condition: { query, after } });
    } catch (cause) {
      if (cause instanceof AppendConditionFailedError) throw new ContextChangedError(expected, { cause });
      throw cause;
    }
  }

  /** By content where there is some to go by; else, or where most of the stream is known already, along the stream. */
  private read(log: Log, { criteria, after }: FilterCriteria): AsyncIterable<RecordedEvent> {
    if (criteria.length === 0) return log.read(this.stream, { from: Math.max(after, 0) + 1 });
    if (after <= 0) return log.readAll({ tenantId: this.stream.tenantId, query: criteria });
    return this.readBehind(log, { criteria, after });
  }

  private async *readBehind(log: Log, { criteria, after }: FilterCriteria): AsyncGenerator<RecordedEvent> {
    const checked = checkEventQuery('filterCriteria', criteria);
    for await (const event of log.read(this.stream, { from: after + 1 })) {
      const matches = checked.some(
        ({ types, payload }) =>
          (types === undefined || types.includes(event.type)) &&
          (payload === undefined || containsJson(event.data as Record<string, JsonValue>, payload)),
      );
      if (matches) yield event;
    }
  }
}

/** @throws InvalidArgumentError */
function checkEvents(events: readonly Event[]): readonly Event[] {
  if (!Array.isArray(events)) throw new InvalidArgumentError('events', 'must be an array');
  return events.map((event: Event | undefined, index) => {
    const { eventType, payload } = event ?? {};
    checkText(`events[${index}].eventType`, eventType);
    if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
      throw new InvalidArgumentError(`events[${index}].payload`, 'must be an object');
    }
    return event!;
  });
}
