import { Logger } from '@nestjs/common';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { describeError } from '../errors/describe-error.js';
import type { NewEvent } from '../events/new-event.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import { AppendOutcomeUnknownError } from '../event-store/append-outcome-unknown.error.js';
import type { AppendOptions } from '../event-store/append-options.js';
import type { AppendResult } from '../event-store/append-result.js';
import { checkStream } from '../event-store/check-stream.js';
import { EventStore } from '../event-store/event-store.js';
import type { LogPlace } from '../event-store/log-row.js';
import type { LogPosition } from '../event-store/log-position.js';
import type { PositionedEvent } from '../event-store/positioned-event.js';
import type { CountQuery, ReadAllOptions } from '../event-store/read-all-options.js';
import type { ReadOptions } from '../event-store/read-options.js';
import type { ScanQuery } from '../event-store/scan-query.js';
import type { AppendAllOptions, StreamAppend } from '../event-store/stream-append.js';
import type { HeadsQuery, StreamHead } from '../event-store/stream-head.js';
import type { StreamId } from '../event-store/stream-id.js';
import type { DispatchedRange, UndispatchedQuery, UndispatchedStream } from '../event-store/undispatched-stream.js';
import type { GroupQueue } from '../queue/group-queue.js';
import { isReserved, RESERVED_PREFIX } from '../tenancy/reserved-prefix.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import type { DispatchStrikes } from './dispatch-strikes.js';
import type { EventAnnouncer } from './event-announcer.js';
import type { EventRouter } from './event-router.js';
import type { RangeStaging } from './range-staging.js';

/** The event store that users inject: what they append goes on to projections and reactors. */
export class DispatchingEventStore extends EventStore {
  private readonly logger = new Logger('EventSourcing');

  constructor(
    private readonly store: EventStore,
    private readonly queue: GroupQueue,
    private readonly router: EventRouter,
    private readonly announcer: EventAnnouncer,
    private readonly strikes: DispatchStrikes,
    private readonly staging: RangeStaging,
  ) {
    super();
  }

  async append(stream: StreamId, events: readonly NewEvent[], options?: AppendOptions): Promise<AppendResult> {
    checkNotReserved(stream);
    const result = await this.store.append(stream, events, options).catch((error: unknown) => {
      if (error instanceof AppendOutcomeUnknownError) void this.dispatchWhenKnown(stream, options?.key);
      throw error;
    });
    await this.dispatch([result]);
    return result;
  }

  async appendAll(appends: readonly StreamAppend[], options?: AppendAllOptions): Promise<readonly AppendResult[]> {
    if (Array.isArray(appends)) for (const append of appends) checkNotReserved(append?.stream);
    const results = await this.store.appendAll(appends, options).catch((error: unknown) => {
      if (error instanceof AppendOutcomeUnknownError) {
        for (const { stream } of appends) void this.dispatchWhenKnown(stream, options?.key);
      }
      throw error;
    });
    await this.dispatch(results);
    return results;
  }

  /** A repeat is staged again as well: the first call may have died before it came here, and projections bear it. */
  private async dispatch(results: readonly AppendResult[]): Promise<void> {
    const { fed } = this.router;
    const jobs = results.flatMap((result) => this.router.route(result, fed));
    // Whether anybody else wants what nobody here does is asked behind the caller's back.
    const revision = jobs.length > 0 ? await this.queue.stage(jobs) : undefined;
    for (const result of results) {
      this.strikes.strike(result, fed, revision);
      this.announcer.announce(result);
    }
  }

  /** The caller may never come again, so what was stored all the same is staged without it. */
  private async dispatchWhenKnown(stream: StreamId, key = 'unknown'): Promise<void> {
    try {
      // Answered only when the outcome of earlier appends is known.
      await this.store.appended(stream, [key]);
      const head = await this.store.head(stream);
      if (head === 0) return;
      const range = { stream, from: 1, to: head };
      if (await this.staging.stage([range])) await this.store.dispatched([range]);
    } catch (error) {
      this.logger.warn({
        message: 'Events may wait for the next sweep to be projected',
        ...stream,
        error: describeError(error),
      });
    }
  }

  appended(stream: StreamId, keys: readonly string[]): Promise<ReadonlyMap<string, AppendResult>> {
    return this.store.appended(stream, keys);
  }

  read(stream: StreamId, options?: ReadOptions): AsyncIterable<RecordedEvent> {
    return this.store.read(stream, options);
  }

  readEach(places: readonly LogPlace[]): AsyncIterable<RecordedEvent> {
    return this.store.readEach(places);
  }

  readAll(options: ReadAllOptions): AsyncIterable<PositionedEvent> {
    return this.store.readAll(options);
  }

  position(tenantId: TenantId): Promise<LogPosition> {
    return this.store.position(tenantId);
  }

  comparePositions(one: LogPosition, other: LogPosition): number {
    return this.store.comparePositions(one, other);
  }

  count(query: CountQuery): Promise<number> {
    return this.store.count(query);
  }

  override exists(stream: StreamId): Promise<boolean> {
    return this.store.exists(stream);
  }

  head(stream: StreamId): Promise<number> {
    return this.store.head(stream);
  }

  heads(query: HeadsQuery): AsyncIterable<StreamHead> {
    return this.store.heads(query);
  }

  scan(query?: ScanQuery): AsyncIterable<RecordedEvent> {
    return this.store.scan(query);
  }

  undispatched(query: UndispatchedQuery): Promise<readonly UndispatchedStream[]> {
    return this.store.undispatched(query);
  }

  dispatched(ranges: readonly DispatchedRange[]): Promise<void> {
    return this.store.dispatched(ranges);
  }

  undispatchedLife(): Promise<string> {
    return this.store.undispatchedLife();
  }
}

/** Our own streams are derived from the others. */
function checkNotReserved(stream: StreamId): void {
  const { aggregateType } = checkStream(stream);
  if (!isReserved(aggregateType)) return;
  throw new InvalidArgumentError('stream.aggregateType', `must not begin with ${RESERVED_PREFIX}`);
}
