import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import type { ProcessDefinition } from '../processes/process-definition.js';
import { processType } from '../processes/stream/process-streams.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { ProjectionKey } from '../projections/stores/projection-row.js';
import { cursorsName } from '../reactors/reactor-cursor.js';
import type { ReactorDefinition } from '../reactors/reactor-definition.js';
import { readImport, readImports } from '../maintenance/import-marks.js';
import type { Storage } from '../storage/storage.js';
import type { SubscriptionDefinition } from '../subscriptions/subscription-definition.js';
import { subscriptionComponent } from '../subscriptions/subscription-streams.js';
import { RESERVED_PREFIX } from '../tenancy/reserved-prefix.js';
import { SYSTEM_TENANT } from '../tenancy/system-tenant.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { hasHistory, type History, historyOf } from './has-history.js';

/** Under which name the births of the versions of a fold stand. */
export function birthsName(name: string): string {
  return `${RESERVED_PREFIX}births:${name}`;
}

/** What has a birth. */
interface Born {
  /** `name@version` of a fold; of others a name that no fold has. */
  readonly component: string;
  readonly key: ProjectionKey;
  /** What it is born with a history of. */
  readonly history: History;
}

/**
 * When each fold, in each of its versions, each durable reactor, each process manager and each subscription from now on
 * came into being. What was recorded before is folded silently: a new version that is built from the log, or a new fold on
 * an old log, must not repeat the side effects of years, nor must whatever else is new begin with them.
 */
export class ComponentBirths {
  private readonly births = new Map<string, number>();
  private imports = new Map<TenantId, number>();

  constructor(
    private readonly pipelines: PipelineRegistry,
    private readonly storage: Pick<Storage, 'events' | 'log' | 'projections'>,
  ) {}

  /** Reads all births, and puts those on record that there are none of. */
  async load(): Promise<void> {
    const { log, projections } = this.storage;
    this.imports = await readImports(projections);
    // What is recorded from here on counts; by the clock that events are recorded by.
    const now = await log.now();
    const all = this.all();
    const rows = await projections.load(all.map(({ key }) => key));
    for (const [index, one] of all.entries()) {
      this.births.set(one.component, rows[index]?.updatedAt ?? (await this.giveBirth(one, now)));
    }
  }

  /** Looks whether a tenant was imported since. */
  async refresh(tenantId: TenantId): Promise<void> {
    this.imports.set(tenantId, await readImport(this.storage.projections, tenantId));
  }

  /**
   * For a process that folds nothing, and may append before any does: puts on record that there was nothing before
   * whatever has neither a birth nor a history, so that nothing of what comes now is taken for history.
   */
  async noteBeginnings(): Promise<void> {
    const { events, projections } = this.storage;
    this.imports = await readImports(projections);
    const all = this.all();
    const rows = await projections.load(all.map(({ key }) => key));
    for (const [index, one] of all.entries()) {
      const row = rows[index];
      if (row) this.births.set(one.component, row.updatedAt);
      else if (!(await hasHistory(events, one.history))) await this.record(one, 0);
    }
  }

  /** Milliseconds since the epoch; 0 where there was nothing before. What a tenant imported was there before, too. */
  of(component: string, tenantId: TenantId): number {
    return Math.max(this.births.get(component) ?? 0, this.imports.get(tenantId) ?? 0);
  }

  /**
   * The same of a durable reactor. Its birth is its own, whatever becomes of the version of its fold; only the links of a
   * fold with keys begin anew with each version, and with them what is reacted to.
   */
  ofReactor(reactor: ReactorDefinition, tenantId: TenantId): number {
    const ofLinks = reactor.fold.sources ? this.of(reactor.fold.component, tenantId) : 0;
    return Math.max(this.of(bornReactor(reactor).component, tenantId), ofLinks);
  }

  /** The same of a process manager, whose processes are told nothing from before. */
  ofProcess(process: ProcessDefinition, tenantId: TenantId): number {
    return this.of(bornProcess(process).component, tenantId);
  }

  /** Since when a subscription is told what is recorded. */
  ofSubscription(subscription: SubscriptionDefinition, tenantId: TenantId): number {
    const { from = 'now' } = subscription.options;
    if (from === 'beginning') return 0;
    return from === 'now' ? this.of(subscriptionComponent(subscription.name), tenantId) : from.getTime();
  }

  private all(): readonly Born[] {
    const durable = [...this.pipelines.reactors.values()].filter(({ options }) => options.durable);
    const processes = [...this.pipelines.processes.values()];
    const subscriptions = [...this.pipelines.subscriptions.values()].filter(
      ({ options: { from = 'now' } }) => from === 'now',
    );
    return [
      ...[...this.pipelines.folds.values()].map(bornFold),
      ...durable.map(bornReactor),
      ...processes.map(bornProcess),
      ...subscriptions.map(bornSubscription),
    ];
  }

  private async giveBirth(one: Born, now: number): Promise<number> {
    return this.record(one, (await hasHistory(this.storage.events, one.history)) ? now : 0);
  }

  /** Of several processes that come to it at once the earliest birth holds, in all of them: it has the highest sequence. */
  private async record({ key }: Born, bornAt: number): Promise<number> {
    const sequence = Number.MAX_SAFE_INTEGER - bornAt;
    const { projections } = this.storage;
    await projections.save([{ ...key, sequence, state: {}, updatedAt: bornAt }]);
    const [row] = await projections.load([key]);
    return row?.updatedAt ?? bornAt;
  }
}

function bornFold(fold: FoldDefinition): Born {
  const { component, name, version } = fold;
  return { component, key: keyOf(name, version), history: historyOf(fold) };
}

function bornReactor(reactor: ReactorDefinition): Born {
  const { name, fold, types } = reactor;
  return {
    component: `${RESERVED_PREFIX}reactor:${name}`,
    key: keyOf(cursorsName(reactor), 1),
    history: { ...historyOf(fold), types },
  };
}

function bornProcess({ route, name }: ProcessDefinition): Born {
  const history = { types: route.types, sources: route.sources ?? [] };
  return { component: `${RESERVED_PREFIX}process:${name}`, key: keyOf(processType(name), 1), history };
}

function bornSubscription({ name, types, sources }: SubscriptionDefinition): Born {
  const component = subscriptionComponent(name);
  return { component, key: keyOf(component, 1), history: { types, sources } };
}

function keyOf(name: string, version: number): ProjectionKey {
  return { tenantId: SYSTEM_TENANT, projection: birthsName(name), version, id: 'birth' };
}
