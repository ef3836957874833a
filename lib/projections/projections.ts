import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { checkListPart } from './check-list-part.js';
import { checkPointInTime } from './check-point-in-time.js';
import type { FoldReplay } from './fold-replay.js';
import { readSkips, type SkippedEvent, skipsKey } from './fold-skips.js';
import type { FoldClass, FoldReference, MapReference } from './projection-class.js';
import type { ProjectionItem, ProjectionList, ProjectionRecord } from './projection-item.js';
import { cursorKey } from './links/route-cursor.js';
import type { ListOptions, PointInTime, RecordsOptions, SkippedOptions, TenantOption } from './projection-options.js';
import { ProjectionReader } from './projection-reader.js';
import type { ProjectionRegistry } from './projection-registry.js';
import type { ProjectionStore } from './stores/projection-store.js';
import type { RecordStore } from './stores/record-store.js';
import type { ResolvedRow, VersionResolver } from './versions/version-resolver.js';

/** Most ids of one `getMany`. */
const MAX_IDS = 1_000;

/**
 * Reads projections, always of one tenant. Injectable.
 *
 * A projection is named by its class, or by its name; by name the type of its states is a type parameter, and `unknown`
 * without one: `projections.get<Summary>('trace_summary', id)`.
 *
 * Every method throws `InvalidTenantError` without a tenant, `UnknownProjectionError` for a class or name that no module
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
    private readonly replay: FoldReplay,
  ) {}

  /** The same reads of one fold, typed for it. See also `@InjectProjection`. */
  of<S>(projection: FoldClass<S>): ProjectionReader<S> {
    this.registry.fold(projection);
    return new ProjectionReader(this, projection);
  }

  /** The state of one aggregate; `null` when there is none or it was deleted. */
  async get<S>(projection: FoldReference<S>, id: string, options?: TenantOption): Promise<S | null> {
    return (await this.getItem(projection, id, options))?.state ?? null;
  }

  /** The state of one aggregate with its sequence; `null` when there is none or it was deleted. */
  async getItem<S>(
    projection: FoldReference<S>,
    id: string,
    options?: TenantOption,
  ): Promise<ProjectionItem<S> | null> {
    const [row] = await this.resolver.load(this.registry.fold(projection), tenantOf(options), [id]);
    return row && row.state !== null ? toItem<S>(row) : null;
  }

  /**
   * The states of up to 1,000 aggregates in the order of their ids, read together; `null` where there is none or it was
   * deleted. An id may occur more than once.
   */
  async getMany<S>(
    projection: FoldReference<S>,
    ids: readonly string[],
    options?: TenantOption,
  ): Promise<readonly (S | null)[]> {
    const fold = this.registry.fold(projection);
    const tenantId = tenantOf(options);
    if (!Array.isArray(ids) || ids.length > MAX_IDS) {
      throw new InvalidArgumentError('ids', `must be an array of at most ${MAX_IDS}`);
    }
    if (ids.length === 0) return [];
    const rows = await this.resolver.load(fold, tenantId, ids);
    return rows.map((row) => (row ? (row.state as S | null) : null));
  }

  /** Whether an aggregate has a state that was not deleted. */
  async has(projection: FoldReference<unknown>, id: string, options?: TenantOption): Promise<boolean> {
    return (await this.getItem(projection, id, options)) !== null;
  }

  /** A filtered, sorted page of states. */
  async list<S>(projection: FoldReference<S>, options: ListOptions = {}): Promise<ProjectionList<S>> {
    const fold = this.registry.fold(projection);
    const { filter, sort } = options;
    const query = { tenantId: tenantOf(options), projection: fold.name, filter, sort, ...checkListPart(options) };
    const { result: page, complete } = await this.resolver.read(fold, (version) =>
      this.rows.list({ ...query, version }),
    );
    return { items: page.rows.map((row) => toItem<S>(row)), total: page.total, complete };
  }

  /**
   * The state as it was at a point of the past, folded from the log by the fold as it is now; `null` when there was none
   * or it was deleted. It reads the events of the aggregate up to that point, unless the stored state is not past it.
   *
   * The `sequence` of the answer is one up to which the state holds.
   *
   * @throws HistoryGoneError when retention has removed the events
   * @throws UndecodableEventError, and whatever the fold throws at one of its events
   */
  async at<S>(
    projection: FoldReference<S>,
    id: string,
    point: PointInTime & TenantOption,
  ): Promise<ProjectionItem<S> | null> {
    const fold = this.registry.fold(projection);
    const bound = { ...checkPointInTime(point), whole: true };
    const replayed = await this.replay.replay(fold, { tenantId: tenantOf(point), id }, bound);
    return replayed.state === null ? null : toItem<S>({ id, ...replayed });
  }

  /**
   * The events of one aggregate that an operator let a fold skip (`GroupQueue.control.skipJob`), the oldest skip first. Of
   * a fold with a `key`: those that count not for the row `id`, or, with `aggregateType`, those of the aggregate `id` that
   * count for no row at all.
   */
  async skipped(
    projection: FoldReference<unknown>,
    id: string,
    options: SkippedOptions = {},
  ): Promise<readonly SkippedEvent[]> {
    const fold = this.registry.fold(projection);
    const tenantId = tenantOf(options);
    const { aggregateType } = options;
    const key =
      aggregateType !== undefined && fold.sources
        ? cursorKey(fold, { tenantId, aggregateType, aggregateId: id })
        : { tenantId, projection: fold.name, version: fold.version, id };
    const [row] = await this.rows.load([skipsKey(key)]);
    return readSkips(row);
  }

  /** The records of one aggregate, in the order of its events. */
  async records<R>(
    projection: MapReference<R>,
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

function tenantOf({ tenantId }: TenantOption = {}): TenantId {
  return tenantId === undefined ? TenantContext.requireTenantId() : createTenantId(tenantId);
}

// The state is what the fold of this class returned, in JSON form; the registry keeps class and name together.
function toItem<S>({ id, state, sequence, updatedAt }: ResolvedRow): ProjectionItem<S> {
  return { id, state: state as S, sequence, updatedAt: new Date(updatedAt) };
}
