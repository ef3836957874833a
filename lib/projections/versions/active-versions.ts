import type { Clock } from '../../clock/clock.js';
import { SYSTEM_TENANT } from '../../tenancy/system-tenant.js';
import type { ProjectionKey } from '../stores/projection-row.js';
import type { ProjectionStore } from '../stores/projection-store.js';

/** No projection of a user is called so. */
const VERSIONS = { tenantId: SYSTEM_TENANT, projection: '$versions', version: 1 } as const;

/** One projection as one process has it. */
export interface VersionedProjection {
  readonly name: string;
  readonly version: number;
}

/**
 * Which version of each projection was completed last: the one that reads are answered from until a process's own is.
 *
 * A pointer is one row whose sequence is the version, so one save lets all tenants see the new version at once, and the
 * highest stands: a process of an older release never takes it back. What this process has seen complete stays so.
 */
export class ActiveVersions {
  /** The highest that was seen of each. */
  private readonly seen = new Map<string, number>();

  constructor(
    private readonly rows: ProjectionStore,
    private readonly clock: Clock,
  ) {}

  /** The row that says which version of a projection is active, in its sequence. */
  keyOf(name: string): ProjectionKey {
    return { ...VERSIONS, id: name };
  }

  /** Whether this process knows that the version is complete, without asking. */
  isKnown({ name, version }: VersionedProjection): boolean {
    return (this.seen.get(name) ?? 0) >= version;
  }

  /** Takes note of what the row of a projection said, and returns its active version; 0 when there is none. */
  note(name: string, row: { readonly sequence: number } | null | undefined): number {
    const active = Math.max(row?.sequence ?? 0, this.seen.get(name) ?? 0);
    this.seen.set(name, active);
    return active;
  }

  /** The active version of each projection, in their order; 0 where there is none. */
  async read(names: readonly string[]): Promise<readonly number[]> {
    const rows = await this.rows.load(names.map((name) => this.keyOf(name)));
    return names.map((name, index) => this.note(name, rows[index]));
  }

  /** Lets every reader see a version from now on. Nothing changes where a higher one stands. */
  async activate({ name, version }: VersionedProjection): Promise<void> {
    await this.rows.save([{ ...this.keyOf(name), sequence: version, state: {}, updatedAt: this.clock.now() }]);
    this.note(name, { sequence: version });
  }
}
