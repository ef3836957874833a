import { Logger, type MessageEvent, type OnModuleDestroy } from '@nestjs/common';
import { map, Observable } from 'rxjs';
import type { Announcements } from '../../announcements/announcements.js';
import { describeError } from '../../errors/describe-error.js';
import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { integerProblem, MAX_TIMER_MS } from '../../errors/integer-problem.js';
import type { EventStore } from '../../event-store/event-store.js';
import type { EventClass } from '../../events/event-class.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import { createTenantId } from '../../tenancy/create-tenant-id.js';
import { TenantContext } from '../../tenancy/tenant-context.js';
import { toFilter } from '../subscription-filter.js';
import type { SubscriptionQuery } from '../subscription-query.js';
import { ClientStalledError } from './client-stalled.error.js';
import type { LiveEvent, LiveOptions, LiveStart } from './live-options.js';
import { LiveReads } from './live-reads.js';
import { LiveRun, type LiveRunParts } from './live-run.js';
import { liveSource } from './live-source.js';
import { SseClient, type SseRequest } from './sse-client.js';
import type { SseOptions } from './sse-options.js';

const DEFAULT_POLL_MS = 5_000;
const DEFAULT_MAX_BUFFERED_EVENTS = 100;
/** Of one read. */
const MAX_BUFFERED_EVENTS = 10_000;
const DEFAULT_STALL_TIMEOUT_MS = 30_000;
const DEFAULT_HEARTBEAT_MS = 15_000;

interface LiveEventsSettings {
  /** That of streams whose options name none. @default 5_000 */
  readonly pollMs?: number;
  /** Pages that are read at once. */
  readonly maxReads: number;
}

/**
 * Events as they are recorded, of one tenant, as `Observable`s. Injectable in every role. Nothing of it is on record: what
 * must not be missed while nobody looks is an `@EventSubscription`.
 *
 * The order is that of `EventStore.readAll`, whose end is the present: on memory and PostgreSQL the one order of the
 * tenant's log; on ClickHouse that of recorded times, `settleMs` (30 s) behind. The stream of one aggregate is in the
 * order of its sequences, at once, on every store.
 *
 * @publicApi
 */
export class LiveEvents implements OnModuleDestroy {
  private readonly logger = new Logger(LiveEvents.name);
  private readonly running = new Map<LiveRun, () => void>();
  private readonly reads: LiveReads;
  private readonly defaultPollMs: number;
  private isEnding = false;

  constructor(
    private readonly store: EventStore,
    private readonly announcements: Announcements,
    { pollMs = DEFAULT_POLL_MS, maxReads }: LiveEventsSettings,
  ) {
    this.defaultPollMs = pollMs;
    this.reads = new LiveReads(maxReads);
  }

  /**
   * Each subscriber gets events from where `from` says, without a gap or one twice, and goes on until it unsubscribes or
   * the application stops, which completes it. While the store is away it waits. Events come as fast as they are read:
   * who works slower than that keeps them himself. Subscribers who stand at the same place are given the same objects:
   * change none.
   *
   * @throws InvalidArgumentError, InvalidTenantError. The stream ends with InvalidArgumentError for a cursor that is none,
   * or UndecodableEventError
   */
  events<const E extends readonly EventClass[] = readonly EventClass[]>(
    options: LiveOptions<E> = {},
  ): Observable<LiveEvent<InstanceType<E[number]>>> {
    return this.observer(options as LiveOptions)() as Observable<LiveEvent<InstanceType<E[number]>>>;
  }

  /**
   * The answer of a method with `@Sse()`: each event under its cursor as id and its type as event name. A client that comes
   * again with `Last-Event-ID` goes on behind it, so it misses nothing and gets nothing twice. What the query passed over is
   * not read again then either: each heartbeat tells the client how far that is, as an id without data.
   *
   * It is read no faster than the client takes it: at most `maxBufferedEvents`, those of one read, and what its socket holds wait for it. One that
   * reads nothing for `stallTimeoutMs` is disconnected (`ClientStalledError`, a line in the log).
   *
   * @param request with the header and the socket of the client
   * @throws what `events` throws, and InvalidArgumentError for a time that is none
   */
  sse<const E extends readonly EventClass[] = readonly EventClass[]>(
    request: SseRequest,
    options: SseOptions<E> = {},
  ): Observable<MessageEvent> {
    const {
      toData = publicPart,
      stallTimeoutMs = DEFAULT_STALL_TIMEOUT_MS,
      heartbeatMs = DEFAULT_HEARTBEAT_MS,
      ...live
    } = options;
    checkTime('stallTimeoutMs', stallTimeoutMs);
    checkTime('heartbeatMs', heartbeatMs);
    const header = request.headers['last-event-id'];
    const lastEventId = typeof header === 'string' && header !== '' ? header : undefined;
    const from: LiveStart | undefined = lastEventId === undefined ? live.from : { after: lastEventId };
    const client = new SseClient(request, stallTimeoutMs);
    const observed = this.observer({ ...(live as LiveOptions), from });
    return new Observable<MessageEvent>((subscriber) => {
      // The last place that the client was told, and the one from where its stream goes on.
      let told = lastEventId;
      let reached = told;
      // An id without data is no event of the client, and what it comes back with.
      const tell = (): void => {
        subscriber.next(reached === told ? { comment: '' } : { id: reached, comment: '' });
        told = reached;
      };
      const heartbeat = setInterval(() => {
        if (!client.isBlocked) tell();
      }, heartbeatMs);
      heartbeat.unref();
      subscriber.add(() => clearInterval(heartbeat));
      const passed = (cursor: string): void => {
        reached = cursor;
        // So that it comes back to here, also when it was sent no event.
        if (told === undefined) tell();
      };
      const room = (): Promise<void> => client.room();
      const toMessage = (event: LiveEvent): MessageEvent => {
        told = reached = event.cursor;
        const data = toData(event as LiveEvent<InstanceType<E[number]>>);
        return { id: event.cursor, type: event.type, data };
      };
      subscriber.add(observed({ passed, room }).pipe(map(toMessage)).subscribe(subscriber));
    });
  }

  onModuleDestroy(): void {
    this.isEnding = true;
    for (const [run, complete] of this.running) {
      run.stop();
      complete();
    }
  }

  /** What is wrong with the options is found before anybody subscribes. */
  private observer(options: LiveOptions): (more?: Pick<LiveRunParts, 'passed' | 'room'>) => Observable<LiveEvent> {
    const {
      tenantId = TenantContext.current()?.tenantId,
      aggregateType: _,
      from = 'now',
      pollMs = this.defaultPollMs,
      maxBufferedEvents = DEFAULT_MAX_BUFFERED_EVENTS,
      ...query
    } = options;
    checkTime('pollMs', pollMs);
    checkInteger('maxBufferedEvents', maxBufferedEvents, MAX_BUFFERED_EVENTS);
    const source = liveSource(this.store, createTenantId(tenantId), options);
    const isMeant = toFilter('options', query as SubscriptionQuery);
    const begin = toBeginning(from);
    return (more) =>
      new Observable<LiveEvent>((subscriber) => {
        if (this.isEnding) return subscriber.complete();
        const { announcements, reads } = this;
        const next = (event: LiveEvent): void => subscriber.next(event);
        const bounds = { pollMs, maxBufferedEvents };
        const run = new LiveRun({ source, reads, isMeant, from: begin, announcements, next, ...bounds, ...more });
        this.running.set(run, () => subscriber.complete());
        const running = run.run().finally(() => this.running.delete(run));
        running.catch((error: unknown) => {
          if (error instanceof ClientStalledError) this.warn(error, source.tenantId);
          subscriber.error(error);
        });
        return () => run.stop();
      });
  }

  private warn(error: unknown, tenantId: string): void {
    this.logger.warn({ message: 'A live stream was ended', tenantId, error: describeError(error) });
  }
}

function toBeginning(from: LiveStart): LiveRunParts['from'] {
  if (from === 'now') return 'now';
  if (from === 'beginning') return { after: undefined };
  if (typeof from?.after === 'string') return { after: from.after };
  throw new InvalidArgumentError('from', "must be 'now', 'beginning' or { after: cursor }");
}

function checkTime(field: string, value: number): void {
  checkInteger(field, value, MAX_TIMER_MS);
}

function checkInteger(field: string, value: number, most: number): void {
  const problem = integerProblem(value, 1, most);
  if (problem !== null) throw new InvalidArgumentError(field, problem);
}

function publicPart({
  id,
  type,
  version,
  aggregateType,
  aggregateId,
  sequence,
  occurredAt,
  data,
}: RecordedEvent): object {
  return { id, type, version, aggregateType, aggregateId, sequence, occurredAt, data };
}
