import { OutageError } from '../../errors/outage.error.js';
import type { JsonValue } from '../../events/json-value.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { FoldDefinition } from '../fold-definition.js';
import type { ProjectionKey, ProjectionRow } from '../stores/projection-row.js';
import type { ProjectionStore } from '../stores/projection-store.js';
import type { ActiveVersions, VersionedProjection } from './active-versions.js';

/** Streams that are folded from the log at a time for one read. */
const REPLAYS_AT_ONCE = 8;

/** A row as reads give it. */
export type ResolvedRow = Pick<ProjectionRow, 'id' | 'sequence' | 'state' | 'updatedAt'>;

/** Folds one stream from the log. */
export interface Replay {
  replay(
    fold: FoldDefinition,
    stream: { readonly tenantId: TenantId; readonly id: string },
  ): Promise<{ readonly state: JsonValue; readonly sequence: number; readonly updatedAt: number }>;
}

/** What was read of one version. */
export interface ReadOfVersion<T> {
  readonly result: T;
  /** False when no version was complete yet, so that there may be more than was found. */
  readonly complete: boolean;
}

/**
 * Lets reads go on while a version is built: from the rows of the version before it until it is complete, and where
 * there is none, from the log.
 */
export class VersionResolver {
  constructor(
    private readonly rows: ProjectionStore,
    private readonly versions: ActiveVersions,
    private readonly replay: Replay,
  ) {}

  /**
   * The rows of some ids, in their order; `null` where there is none.
   *
   * While the version is built, each is the row that covers more, of it or of the active version, which nobody may feed
   * any more; of equal ones its own, so that a caller finds what it has waited for. Of a fold with keys it is that of the
   * active version: each version has links of its own, so that sequences of two do not compare, and its rows lack what
   * has not been linked yet. Nor can one key be folded from the log without them.
   */
  async load(
    fold: FoldDefinition,
    tenantId: TenantId,
    ids: readonly string[],
  ): Promise<readonly (ResolvedRow | null)[]> {
    const keys = ids.map((id): ProjectionKey => ({ tenantId, projection: fold.name, version: fold.version, id }));
    let active = this.versions.note(fold.name, null);
    // Again only when the pointer has risen meanwhile.
    while (active < fold.version) {
      const older = active === 0 ? [] : keys.map((key): ProjectionKey => ({ ...key, version: active }));
      const [pointer, ...rows] = await this.rows.load([this.versions.keyOf(fold.name), ...keys, ...older]);
      const now = this.versions.note(fold.name, pointer);
      if (now === active) {
        if (active === 0) return fold.sources ? rows : this.fromLog(fold, keys, rows);
        return keys.map((_, index) => {
          const older = rows[keys.length + index]!;
          return fold.sources ? older : further(rows[index]!, older);
        });
      }
      active = now;
    }
    return this.rows.load(keys);
  }

  /** What `read` gives of the version that is complete: this one, or the one before it; else of this one as it is. */
  async read<T>(projection: VersionedProjection, read: (version: number) => Promise<T>): Promise<ReadOfVersion<T>> {
    let active = await this.active(projection);
    while (active < projection.version) {
      const result = await read(active === 0 ? projection.version : active);
      // What is not active any more may have been removed while it was read.
      const after = await this.active(projection);
      if (after === active) return { result, complete: active > 0 };
      active = after;
    }
    return { result: await read(projection.version), complete: true };
  }

  private async active(projection: VersionedProjection): Promise<number> {
    if (this.versions.isKnown(projection)) return projection.version;
    const [active] = await this.versions.read([projection.name]);
    return active!;
  }

  /** @param rows as they stand */
  private async fromLog(
    fold: FoldDefinition,
    keys: readonly ProjectionKey[],
    rows: readonly (ProjectionRow | null)[],
  ): Promise<readonly (ResolvedRow | null)[]> {
    const resolved: (ResolvedRow | null)[] = [];
    for (let start = 0; start < keys.length; start += REPLAYS_AT_ONCE) {
      const some = keys.slice(start, start + REPLAYS_AT_ONCE);
      resolved.push(...(await Promise.all(some.map((key, index) => this.replayed(fold, key, rows[start + index]!)))));
    }
    return resolved;
  }

  private async replayed(
    fold: FoldDefinition,
    { tenantId, id }: ProjectionKey,
    row: ProjectionRow | null,
  ): Promise<ResolvedRow | null> {
    try {
      const replayed = await this.replay.replay(fold, { tenantId, id });
      return replayed.sequence === 0 ? null : { ...replayed, id };
    } catch (error) {
      if (error instanceof OutageError) throw error;
      // The fold fails at an event, so its lane stands still as well, and the row is what there is.
      return row;
    }
  }
}

function further(own: ProjectionRow | null, older: ProjectionRow | null): ProjectionRow | null {
  if (!own || !older) return own ?? older;
  return older.sequence > own.sequence ? older : own;
}
