import { checkText } from '../../event-store/check-stream.js';
import type { EventStore } from '../../event-store/event-store.js';
import type { LogPosition } from '../../event-store/log-position.js';
import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { domainEventMetadata } from '../../events/domain-event.decorator.js';
import type { EventClass } from '../../events/event-class.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { LiveEvent, LiveOptions } from './live-options.js';

/** What a live stream reads, from whatever place on. */
export interface LiveSource {
  readonly tenantId: TenantId;
  /** The place behind all that there is. */
  now(): Promise<string>;
  /** At most so many events behind a place, or behind none; `undefined` is the beginning. */
  read(after: string | undefined, limit: number): AsyncIterable<LiveEvent>;
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
  return {
    tenantId,
    now: async () => String(await store.head(stream)),
    async *read(after, limit) {
      for await (const event of store.read(stream, { from: sequenceOf(after) + 1, types, limit })) {
        yield { ...event, cursor: String(event.sequence) };
      }
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
    now: () => store.position(tenantId),
    async *read(after, limit) {
      for await (const event of store.readAll({ tenantId, query, after: after as LogPosition | undefined, limit })) {
        yield { ...event, cursor: event.position };
      }
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
