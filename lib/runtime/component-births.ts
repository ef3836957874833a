import type { Clock } from '../clock/clock.js';
import type { EventStore } from '../event-store/event-store.js';
import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { ProjectionKey } from '../projections/stores/projection-row.js';
import type { ProjectionStore } from '../projections/stores/projection-store.js';
import { readImport, readImports } from '../maintenance/import-marks.js';
import { RESERVED_PREFIX } from '../tenancy/reserved-prefix.js';
import { SYSTEM_TENANT } from '../tenancy/system-tenant.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { hasHistory } from './has-history.js';

/** Under which name the births of the versions of a fold stand. */
export function birthsName(name: string): string {
  return `${RESERVED_PREFIX}births:${name}`;
}

/**
 * When each fold, in each of its versions, came into being. What was recorded before is folded silently: a new version
 * that is built from the log, or a new fold on an old log, must not repeat the side effects of years.
 */
export class ComponentBirths {
  private readonly births = new Map<string, number>();
  private imports = new Map<TenantId, number>();

  constructor(
    private readonly pipelines: PipelineRegistry,
    private readonly store: EventStore,
    private readonly projections: ProjectionStore,
    private readonly clock: Clock,
  ) {}

  /** Reads the births of all folds, and puts those on record that have none. */
  async load(): Promise<void> {
    this.imports = await readImports(this.projections);
    const folds = [...this.pipelines.folds.values()];
    const rows = await this.projections.load(folds.map(keyOf));
    for (const [index, fold] of folds.entries()) {
      this.births.set(fold.component, rows[index]?.updatedAt ?? (await this.giveBirth(fold)));
    }
  }

  /** Looks whether a tenant was imported since. */
  async refresh(tenantId: TenantId): Promise<void> {
    this.imports.set(tenantId, await readImport(this.projections, tenantId));
  }

  /**
   * For a process that folds nothing, and may append before any does: puts on record that there was nothing before the
   * folds that have neither a birth nor a history, so that nothing of what comes now is taken for history.
   */
  async noteBeginnings(): Promise<void> {
    const folds = [...this.pipelines.folds.values()];
    const rows = await this.projections.load(folds.map(keyOf));
    for (const [index, fold] of folds.entries()) {
      if (!rows[index] && !(await hasHistory(this.store, fold))) await this.record(fold, 0);
    }
  }

  private async giveBirth(fold: FoldDefinition): Promise<number> {
    return this.record(fold, (await hasHistory(this.store, fold)) ? this.clock.now() : 0);
  }

  /** Of several processes that come to it at once the earliest birth holds, in all of them: it has the highest sequence. */
  private async record(fold: FoldDefinition, bornAt: number): Promise<number> {
    const sequence = Number.MAX_SAFE_INTEGER - bornAt;
    await this.projections.save([{ ...keyOf(fold), sequence, state: {}, updatedAt: bornAt }]);
    const [row] = await this.projections.load([keyOf(fold)]);
    return row?.updatedAt ?? bornAt;
  }

  /** Milliseconds since the epoch; 0 where there was nothing before. What a tenant imported was there before, too. */
  of(component: string, tenantId: TenantId): number {
    return Math.max(this.births.get(component) ?? 0, this.imports.get(tenantId) ?? 0);
  }
}

function keyOf({ name, version }: FoldDefinition): ProjectionKey {
  return { tenantId: SYSTEM_TENANT, projection: birthsName(name), version, id: 'birth' };
}
