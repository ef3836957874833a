import { setImmediate as nextTurn } from 'node:timers/promises';
import { MemoryEventStore } from '../../lib/event-store/memory/memory-event-store.js';
import type { EventLog } from '../../lib/event-store/event-log.js';
import type { LogRow } from '../../lib/event-store/log-row.js';
import { FoldCache } from '../../lib/projections/fold-cache.js';
import type { FoldDefinition } from '../../lib/projections/fold-definition.js';
import { FoldEvents } from '../../lib/projections/fold-events.js';
import { FoldExecutor } from '../../lib/projections/fold-executor.js';
import { MemoryProjectionStore } from '../../lib/projections/stores/memory/memory-projection-store.js';
import type { ProjectionRow } from '../../lib/projections/stores/projection-row.js';
import type { GroupQueue } from '../../lib/queue/group-queue.js';
import { inProcessQueue } from '../../lib/queue/in-process/in-process-queue.adapter.js';
import type { EventRangeJob } from '../../lib/queue/job.js';
import type { LaneBatch } from '../../lib/queue/lane-batch.js';
import { BuildLedger } from '../../lib/runtime/builds/build-ledger.js';
import type { BuildRecord } from '../../lib/runtime/builds/build-record.js';
import { FoldBuilder } from '../../lib/runtime/builds/fold-builder.js';
import { LaneSettling } from '../../lib/runtime/builds/lane-settling.js';
import { ProjectionBuild } from '../../lib/runtime/builds/projection-build.js';
import { FoldComparison } from '../../lib/runtime/comparisons/fold-comparison.js';
import { EventRouter } from '../../lib/runtime/event-router.js';
import { FedComponents } from '../../lib/runtime/fed-components.js';
import type { StorageContext } from '../../lib/storage/storage.js';
import { createTenantId } from '../../lib/tenancy/create-tenant-id.js';
import { Baskets } from './fold-world.js';
import { ManualClock } from './manual-clock.js';
import { createStorageContext } from './storage-context.js';

const POLICY = { maxBatchJobs: 5, maxAttempts: 1, backoffMs: 1, maxBackoffMs: 1, timeoutMs: 60_000 } as const;
const TENANTS = ['a', 'b'].map(createTenantId);

/** One stream by its number. */
export const basket = (stream: number) => ({
  tenantId: TENANTS[stream % TENANTS.length]!,
  aggregateType: 'basket',
  aggregateId: `b${stream}`,
});

/** A fold that is built from a log in memory while its lanes are worked off. */
export class BuildWorld {
  readonly clock = new ManualClock();
  readonly projections = new MemoryProjectionStore();
  /** Events whose first covering was told, as `aggregate#sequence`. */
  readonly told = new Set<string>();
  /** Every row of the fold that was ever saved. */
  readonly saved: ProjectionRow[] = [];
  readonly handler = new Baskets();
  readonly fold: FoldDefinition = {
    kind: 'fold',
    component: 'baskets@2',
    name: 'baskets',
    version: 2,
    aggregateType: 'basket',
    projectionClass: Baskets,
    types: new Set(['contract.item_added', 'contract.item_removed']),
    methods: new Map(),
    options: { name: 'baskets', maxBatchEvents: 3 },
    handler: { name: 'Baskets', resolve: () => this.handler },
  };
  /** Turns of the event loop that pass before each row of the log, save, and load; in a circle. */
  delays: readonly number[] = [0];
  /** Called after each row that a build reads. */
  onRead: (row: LogRow) => void = () => {};
  /** Called when a build begins to compare its rows with the log. */
  onCompare: () => void = () => {};
  /** Since when reactors are told; milliseconds since the epoch. */
  bornAt = 0;
  private steps = 0;
  private readonly router: EventRouter;
  private readonly executor: FoldExecutor;

  static async open(): Promise<BuildWorld> {
    const clock = new ManualClock();
    const context = await createStorageContext({ clock });
    const world = new BuildWorld(context, new MemoryEventStore(context), await inProcessQueue().open({ clock }));
    world.clock.time = clock.time;
    return world;
  }

  private constructor(
    private readonly context: StorageContext,
    readonly store: MemoryEventStore,
    readonly queue: GroupQueue,
  ) {
    const { component, aggregateType, types } = this.fold;
    const route = { kind: 'fold', component, aggregateTypes: [aggregateType], types: [...types] } as const;
    this.router = new EventRouter({ current: new FedComponents([route]) });
    const { projections } = this;
    const [save, load] = [projections.save.bind(projections), projections.load.bind(projections)];
    projections.save = async (rows) => {
      await this.pass();
      this.saved.push(...structuredClone(rows.filter(({ projection }) => projection === this.fold.name)));
      await save(rows);
    };
    projections.load = async (keys) => (await this.pass(), load(keys));
    this.executor = new FoldExecutor({
      events: new FoldEvents(store, context.serializer),
      projections,
      cache: new FoldCache(0, this.clock),
      checkPurity: false,
    });
  }

  set time(time: number) {
    (this.context.clock as ManualClock).time = time;
    this.clock.time = time;
  }

  /** @param staged false as by a process that dies right after */
  async append(stream: number, data: object, staged = true): Promise<void> {
    const appended = await this.store.append(basket(stream), [{ data }]);
    if (staged) await this.queue.stage(this.router.route(appended));
  }

  work(): void {
    const component = { kind: 'fold', component: this.fold.component } as const;
    this.queue.consume({
      components: [component],
      policy: () => ({ ...POLICY, whenExhausted: 'park' }),
      handle: async (given) => {
        const batch = given as LaneBatch<EventRangeJob>;
        const wanted = ({ recordedAt }: { recordedAt: Date }): boolean => recordedAt.getTime() >= this.bornAt;
        const { completed, covered, failure } = await this.executor.execute(this.fold, batch, wanted);
        for (const { sequence } of covered) this.told.add(`${batch.lane.id}#${sequence}`);
        return { completed, followUps: [], failure };
      },
    });
  }

  /** One life of a builder. */
  build(signal: AbortSignal): Promise<BuildRecord> {
    const { fold, projections, queue, router, store, clock, context } = this;
    const builder = new FoldBuilder(fold, {
      ...{ serializer: context.serializer, projections, queue, router, checkPurity: false, maxEventsBetweenRows: 1 },
      before: () => this.bornAt,
    });
    const ledger = new BuildLedger(projections, clock);
    const settling = new LaneSettling(queue.control);
    const comparison = this.comparison;
    const lack = comparison.lack.bind(comparison);
    comparison.lack = () => (this.onCompare(), lack());
    const tools = {
      log: this.log(),
      store,
      queue,
      ledger,
      settling,
      clock,
      reading: { recordEveryMs: 0, maxSliceEvents: 2 },
    };
    return new ProjectionBuild(fold, builder, [comparison], tools).run(signal);
  }

  get comparison(): FoldComparison {
    return new FoldComparison(this.fold, this.store, this.projections, this.router);
  }

  async row(stream: number): Promise<ProjectionRow | null> {
    const { tenantId, aggregateId: id } = basket(stream);
    const [row] = await this.projections.load([{ tenantId, projection: 'baskets', version: 2, id }]);
    return row!;
  }

  private log(): EventLog {
    const rows = async function* (this: BuildWorld, query: Parameters<EventLog['rows']>[0]): AsyncGenerator<LogRow> {
      for await (const row of this.store.log.rows(query)) {
        await this.pass();
        this.onRead(row);
        yield row;
      }
    };
    return Object.assign(Object.create(this.store.log) as EventLog, { rows: rows.bind(this) });
  }

  private async pass(): Promise<void> {
    const turns = this.delays[this.steps++ % this.delays.length]!;
    for (let turn = 0; turn < turns; turn += 1) await nextTurn();
  }
}
