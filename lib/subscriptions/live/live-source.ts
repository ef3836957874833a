import { checkText } from '../../event-store/check-stream.js';
import type { EventStore } from '../../event-store/event-store.js';
import type { LogPosition } from '../../event-store/log-position.js';
import type { StreamId } from '../../event-store/stream-id.js';
import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { domainEventMetadata } from '../../events/domain-event.decorator.js';
import type { EventClass } from '../../events/event-class.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { LiveEvent, LiveOptions } from './live-options.js';

/** Which events are read at a time. */
export interface LiveRange {
  /** The place behind which it begins; `undefined` is the beginning. */
  readonly after: string | undefined;
  /** One that `end()` gave. */
  readonly end: string;
  readonly limit: number;
}

/** What a live stream reads, from whatever place on. */
export interface LiveSource {
  readonly tenantId: TenantId;
  /** The same for sources with the same end. */
  readonly place: string;
  /** The same for sources with the same events. */
  readonly query: string;
  /** Whether `end` may wait for transactions that still run. */
  readonly mayWait: boolean;
  /** The place behind all that there is: nothing will come to stand before it any more. */
  end(): Promise<string>;
  /** Whether the first place stands before the second. @throws InvalidArgumentError */
  isBefore(place: string, other: string): boolean;
  /** @throws InvalidArgumentError */
  read(range: LiveRange): Promise<readonly LiveEvent[]>;
}

/** @throws InvalidArgumentError */
export function liveSource(store: EventStore, tenantId: TenantId, options: LiveOptions): LiveSource {
  const types = options.events?.map(typeOf);
  const { aggregateType, aggregateId } = options;
  if (aggregateType === undefined || aggregateId === undefined) return ofTenant(store, tenantId, types, options);
  const stream = {
    tenantId,
    aggregateType: checkText('aggregateType', aggregateType),
    aggregateId: checkText('aggregateId', aggregateId),
  };
  return ofStream(store, stream, types);
}

function ofStream(store: EventStore, stream: StreamId, types: readonly string[] | undefined): LiveSource {
  const { tenantId, aggregateType, aggregateId } = stream;
  const place = JSON.stringify([tenantId, aggregateType, aggregateId]);
  return {
    tenantId,
    place,
    query: JSON.stringify([place, types]),
    mayWait: false,
    end: async () => String(await store.head(stream)),
    isBefore: (one, other) => sequenceOf(one) < sequenceOf(other),
    read: async ({ after, end, limit }) => {
      const page: LiveEvent[] = [];
      const range = { from: sequenceOf(after) + 1, to: sequenceOf(end), types, limit };
      for await (const event of store.read(stream, range)) page.push({ ...event, cursor: String(event.sequence) });
      return page;
    },
  };
}

/** What is stored is asked for by what does not change with versions. */
function ofTenant(
  store: EventStore,
  tenantId: TenantId,
  types: readonly string[] | undefined,
  { tags, aggregateType, aggregateId }: LiveOptions,
): LiveSource {
  const query = { types, tags, aggregateType, aggregateId };
  return {
    tenantId,
    place: JSON.stringify([tenantId]),
    query: JSON.stringify([tenantId, query]),
    mayWait: true,
    end: () => store.position(tenantId),
    isBefore: (one, other) => store.comparePositions(one as LogPosition, other as LogPosition) < 0,
    read: async ({ after, end, limit }) => {
      const page: LiveEvent[] = [];
      const range = { after: after as LogPosition | undefined, before: end as LogPosition };
      for await (const event of store.readAll({ tenantId, query, ...range, limit })) {
        page.push({ ...event, cursor: event.position });
      }
      return page;
    },
  };
}

function typeOf(eventClass: EventClass): string {
  const metadata = domainEventMetadata(eventClass);
  if (!metadata)
    throw new InvalidArgumentError('events', `must be classes with @DomainEvent(), unlike ${eventClass?.name}`);
  return metadata.type;
}

/** @throws InvalidArgumentError */
function sequenceOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (!/^\d{1,15}$/.test(cursor)) throw new InvalidArgumentError('from.after', 'must be a cursor of this aggregate');
  return Number(cursor);
}
