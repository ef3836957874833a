import type { EventId } from '../events/event-id.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import type { FoldHandler } from './fold-handler.js';
import { readSkips, type SkippedEvent, skipsKey } from './fold-skips.js';
import type { ProjectionRegistry } from './projection-registry.js';
import type { ProjectionListQuery } from './stores/projection-query.js';
import type { ProjectionStore } from './stores/projection-store.js';
import type { RecordQuery, RecordStore } from './stores/record-store.js';
import type { ResolvedRow, VersionResolver } from './versions/version-resolver.js';

/** A class marked with `@FoldProjection` whose states are `S`. @publicApi */
export type FoldClass<S> = abstract new (...args: never[]) => FoldHandler<S>;

/** A class marked with `@MapProjection` whose records are `R`. @publicApi */
export type MapClass<R> = abstract new (...args: never[]) => { map(event: never): R | null };

/** @publicApi */
export interface TenantOption {
  /** @default the tenant of the work at hand (`TenantContext`) */
  readonly tenantId?: TenantId;
}

/** @publicApi */
export type ListOptions = TenantOption & Pick<ProjectionListQuery, 'filter' | 'sort' | 'limit' | 'offset'>;

/** @publicApi */
export type RecordsOptions = TenantOption & Pick<RecordQuery, 'after' | 'limit'>;

/** One row of a fold. @publicApi */
export interface ProjectionItem<S> {
  readonly id: string;
  readonly state: S;
  /** The last sequence of its stream that the state covers. */
  readonly sequence: number;
  /** When the last covered event was recorded. */
  readonly updatedAt: Date;
}

/** @publicApi */
export interface ProjectionList<S> {
  readonly items: readonly ProjectionItem<S>[];
  /** How many rows satisfy the filter. */
  readonly total: number;
  /**
   * False while the projection is built for the first time, on a log with history: there may be more than is listed. A new
   * version of it is listed from when it is complete, and the version before until then.
   */
  readonly complete: boolean;
}

/** One record of a map. @publicApi */
export interface ProjectionRecord<R> {
  readonly record: R;
  readonly eventId: EventId;
  /** The sequence of the event that it was made of. */
  readonly sequence: number;
  readonly recordedAt: Date;
}

/**
 * Reads projections, always of one tenant. Injectable.
 *
 * Every method throws `InvalidTenantError` without a tenant, `UnknownProjectionError` for a class that no module
 * provides, `InvalidArgumentError` for arguments outside their bounds, and `StoreUnavailableError`.
 *
 * @publicApi
 */
export class Projections {
  constructor(
    private readonly registry: ProjectionRegistry,
    private readonly rows: ProjectionStore,
    private readonly recordRows: RecordStore,
    private readonly resolver: VersionResolver,
  ) {}

  /** The state of one aggregate; `null` when there is none or it was deleted. */
  async get<S>(projection: FoldClass<S>, id: string, options: TenantOption = {}): Promise<S | null> {
    return (await this.getItem(projection, id, options))?.state ?? null;
  }

  /** The state of one aggregate with its sequence; `null` when there is none or it was deleted. */
  async getItem<S>(
    projection: FoldClass<S>,
    id: string,
    options: TenantOption = {},
  ): Promise<ProjectionItem<S> | null> {
    const [row] = await this.resolver.load(this.registry.fold(projection), tenantOf(options), [id]);
    return row && row.state !== null ? toItem<S>(row) : null;
  }

  /** A filtered, sorted page of states. */
  async list<S>(projection: FoldClass<S>, options: ListOptions = {}): Promise<ProjectionList<S>> {
    const fold = this.registry.fold(projection);
    const { filter, sort, limit, offset } = options;
    const tenantId = tenantOf(options);
    const { result: page, complete } = await this.resolver.read(fold, (version) =>
      this.rows.list({ tenantId, projection: fold.name, version, filter, sort, limit, offset }),
    );
    return { items: page.rows.map((row) => toItem<S>(row)), total: page.total, complete };
  }

  /** The events of one aggregate that an operator let a fold skip (`GroupQueue.control.skipJob`), the oldest skip first. */
  async skipped(
    projection: FoldClass<unknown>,
    id: string,
    options: TenantOption = {},
  ): Promise<readonly SkippedEvent[]> {
    const { name, version } = this.registry.fold(projection);
    const [row] = await this.rows.load([skipsKey({ tenantId: tenantOf(options), projection: name, version, id })]);
    return readSkips(row);
  }

  /** The records of one aggregate, in the order of its events. */
  async records<R>(
    projection: MapClass<R>,
    aggregateId: string,
    options: RecordsOptions = {},
  ): Promise<readonly ProjectionRecord<R>[]> {
    const map = this.registry.map(projection);
    const { after, limit } = options;
    const tenantId = tenantOf(options);
    const { result: rows } = await this.resolver.read(map, (version) =>
      this.recordRows.read({ tenantId, projection: map.name, version, aggregateId, after, limit }),
    );
    return rows.map(({ record, eventId, sequence, recordedAt }) => ({
      record: record as R,
      eventId,
      sequence,
      recordedAt: new Date(recordedAt),
    }));
  }
}

function tenantOf({ tenantId }: TenantOption): TenantId {
  return tenantId === undefined ? TenantContext.requireTenantId() : createTenantId(tenantId);
}

// The state is what the fold of this class returned, in JSON form; the registry keeps class and name together.
function toItem<S>({ id, state, sequence, updatedAt }: ResolvedRow): ProjectionItem<S> {
  return { id, state: state as S, sequence, updatedAt: new Date(updatedAt) };
}
