import { BatchAbort } from '../../lib/queue/batch-abort.js';
import { randomUUID } from 'node:crypto';
import { PermanentError } from '../../lib/errors/permanent.error.js';
import { MemoryEventStore } from '../../lib/event-store/memory/memory-event-store.js';
import { StoreUnavailableError } from '../../lib/event-store/store-unavailable.error.js';
import type { EventSerializer } from '../../lib/events/event-serializer.js';
import type { RecordedEvent } from '../../lib/events/recorded-event.js';
import type { StoredEvent } from '../../lib/events/stored-event.js';
import { FoldCache } from '../../lib/projections/fold-cache.js';
import type { FoldDefinition } from '../../lib/projections/fold-definition.js';
import { FoldEvents } from '../../lib/projections/fold-events.js';
import { FoldExecutor, type FoldedBatch } from '../../lib/projections/fold-executor.js';
import type { FoldHandler } from '../../lib/projections/fold-handler.js';
import type { FoldProjectionOptions } from '../../lib/projections/fold-projection.decorator.js';
import { FoldReplay, type ReplayBound, type ReplayedState } from '../../lib/projections/fold-replay.js';
import { FoldSkips, readSkips, type SkippedEvent, skipsKey } from '../../lib/projections/fold-skips.js';
import { MemoryProjectionStore } from '../../lib/projections/stores/memory/memory-projection-store.js';
import type { ProjectionKey, ProjectionRow } from '../../lib/projections/stores/projection-row.js';
import type { ProjectionStore } from '../../lib/projections/stores/projection-store.js';
import type { EventRangeJob } from '../../lib/queue/job.js';
import type { Lane } from '../../lib/queue/lane.js';
import { FoldComparison } from '../../lib/runtime/comparisons/fold-comparison.js';
import { EventRouter } from '../../lib/runtime/event-router.js';
import { FedComponents } from '../../lib/runtime/fed-components.js';
import { createTenantId } from '../../lib/tenancy/create-tenant-id.js';
import { batchAtHand } from './batch-at-hand.js';
import { collect } from './collect.js';
import { ItemAdded, ItemRemoved, Noted } from './contract-events.js';
import { coveringAgainRows } from './covering-again-rows.js';
import { ManualClock } from './manual-clock.js';
import { overriding } from './overriding.js';
import { createStorageContext } from './storage-context.js';

export interface Basket {
  names: string[];
  quantity: number;
}

/** No fold takes it. */
export const POISON = new ItemAdded('poison');

/** Order-sensitive, counts every event, deletes now and then, and changes its input. */
export class Baskets implements FoldHandler<Basket> {
  failAt = 0;
  calls = 0;

  init(): Basket {
    return { names: [], quantity: 0 };
  }

  apply(state: Basket, event: RecordedEvent): Basket | null {
    this.calls += 1;
    if (event.data instanceof ItemRemoved) return null;
    const { name, quantity } = event.data as ItemAdded;
    state.quantity = (state.quantity * 3 + quantity) % 1_000_003;
    if (event.sequence === this.failAt) throw new Error('no');
    if (name === POISON.name) throw new PermanentError('poison');
    state.names.push(name);
    return state;
  }
}

/** Its reads break now and then, in the middle. */
class FailingEventStore extends MemoryEventStore {
  fails = false;

  override async *read(...args: Parameters<MemoryEventStore['read']>): AsyncIterable<RecordedEvent> {
    for await (const event of super.read(...args)) {
      if (this.fails && event.sequence % 2 === 0) throw new StoreUnavailableError('It is away');
      yield event;
    }
  }
}

export interface FoldWorldOptions {
  readonly fold?: Partial<FoldProjectionOptions>;
  readonly handler?: FoldHandler<unknown>;
  readonly projections?: ProjectionStore;
  readonly workers?: number;
  /** @default 0 */
  readonly cacheBytes?: number;
  readonly checkPurity?: boolean;
  /** Whether folds drop what their rows cover; without it tests must find out that they do not. @default true */
  readonly guarded?: boolean;
}

/** What a worker does with the projection store. */
export type StoreCall = 'load' | 'save';

/** One aggregate with its log and several workers, each with what it remembers, over one projection store. */
export class FoldWorld {
  readonly handler = new Baskets();
  readonly key: ProjectionKey;
  readonly lane: Lane;
  /** Every row of the fold that was saved, in order. */
  readonly history: ProjectionRow[] = [];
  /** How many calls of the projection store there were. */
  readonly calls = { loads: 0, saves: 0 };
  /** Lets a load give a row as it once was, as a replica may: the index of one in the history, else the latest. */
  pick: () => number = () => -1;
  /** Lets a worker stand still with what it has loaded, or before it saves. */
  standStill: (worker: number, call: StoreCall) => Promise<void> | undefined = () => undefined;
  readonly store: FailingEventStore;
  readonly projections: ProjectionStore;
  readonly caches: readonly FoldCache[];
  private readonly fold: FoldDefinition;
  private readonly executors: readonly FoldExecutor[];
  readonly events: object[] = [];
  private readonly stored: StoredEvent[] = [];

  static async open(events: readonly object[], options: FoldWorldOptions = {}): Promise<FoldWorld> {
    const clock = new ManualClock();
    const { serializer, ...context } = await createStorageContext({ clock });
    const world = new FoldWorld(new FailingEventStore({ serializer, ...context }), serializer, clock, options);
    await world.append(events);
    return world;
  }

  private constructor(
    store: FailingEventStore,
    private readonly serializer: EventSerializer,
    readonly clock: ManualClock,
    { fold, handler, projections, workers = 1, cacheBytes = 0, checkPurity = false, guarded = true }: FoldWorldOptions,
  ) {
    const tenantId = createTenantId(`tenant-${randomUUID()}`);
    this.store = store;
    this.projections = projections ?? new MemoryProjectionStore();
    this.key = { tenantId, projection: 'baskets', version: 1, id: 'b1' };
    this.lane = { tenantId, kind: 'fold', component: 'baskets@1', aggregateType: 'basket', id: 'b1' };
    this.fold = {
      kind: 'fold',
      component: 'baskets@1',
      name: 'baskets',
      version: 1,
      aggregateType: 'basket',
      projectionClass: Baskets,
      types: new Set(['contract.item_added', 'contract.item_removed']),
      methods: new Map(),
      options: { name: 'baskets', ...fold },
      handler: { name: 'Baskets', resolve: () => handler ?? this.handler },
    };
    this.caches = Array.from({ length: workers }, () => new FoldCache(cacheBytes, this.clock));
    this.executors = this.caches.map((cache, worker) => {
      const watched = this.watch(this.projections, worker, guarded);
      return new FoldExecutor({ events: new FoldEvents(store, serializer), projections: watched, cache, checkPurity });
    });
  }

  async append(events: readonly object[]): Promise<void> {
    const { tenantId, aggregateType, id: aggregateId } = this.lane;
    for (const data of events) {
      const { stored } = await this.store.append({ tenantId, aggregateType, aggregateId }, [{ data }]);
      this.stored.push(...stored);
      this.events.push(data);
    }
  }

  job(from: number, to: number, inline = true): EventRangeJob {
    const listed = this.stored.slice(from - 1, to).filter(({ type }) => this.fold.types.has(type));
    return { kind: 'fold', aggregateId: 'b1', from, to, events: inline ? listed : null };
  }

  run(jobs: readonly EventRangeJob[], redelivered = false, worker = 0): Promise<FoldedBatch> {
    const batch = { lane: this.lane, jobs, attempt: 1, redelivered, abort: new BatchAbort() };
    return batchAtHand.run(batch, () => this.executors[worker]!.execute(this.fold, batch, () => true));
  }

  /** What a comparison with the log finds to be missing. */
  async lacking(): Promise<readonly EventRangeJob[]> {
    const router = new EventRouter({ current: FedComponents.NONE });
    const comparison = new FoldComparison(this.fold, this.store, this.projections, router);
    return (await collect(comparison.lack(this.lane.tenantId))).map(({ job }) => job as EventRangeJob);
  }

  /** The state from the log, without the executor. */
  replay(bound?: ReplayBound): Promise<ReplayedState> {
    const { tenantId, id } = this.lane;
    const replay = new FoldReplay(this.store, new FoldEvents(this.store, this.serializer), this.projections);
    return replay.replay(this.fold, { tenantId, id }, bound);
  }

  /** What an operator does about a lane that is parked. */
  async skip(projections = this.projections): Promise<number | undefined> {
    const skips = new FoldSkips(this.store.log, projections, this.clock);
    return (await skips.skipNext(this.fold, this.lane, { by: 'ann', reason: 'poison' }))?.sequence;
  }

  async skipped(): Promise<readonly SkippedEvent[]> {
    const [row] = await this.projections.load([skipsKey(this.key)]);
    return readSkips(row);
  }

  async latest(): Promise<ProjectionRow | null> {
    const [row] = await this.projections.load([this.key]);
    return row!;
  }

  /** The fold of the events 1 to n, by plain reduction and without what is skipped. */
  expected(upTo: number): Basket | null {
    const pure = new Baskets();
    let state: Basket | null = null;
    for (const [index, data] of this.events.slice(0, upTo).entries()) {
      if (data instanceof Noted || data === POISON) continue;
      state = pure.apply(state ?? pure.init(), { data, sequence: index + 1 } as RecordedEvent);
    }
    return state;
  }

  private watch(projections: ProjectionStore, worker: number, guarded: boolean): ProjectionStore {
    const { calls, history } = this;
    return overriding(projections, {
      save: async (rows) => {
        calls.saves += 1;
        await this.standStill(worker, 'save');
        await projections.save(rows);
        history.push(...structuredClone(rows.filter(({ projection }) => projection === this.key.projection)));
      },
      load: async (keys) => {
        calls.loads += 1;
        const loaded = await projections.load(keys);
        const rows = guarded ? loaded : coveringAgainRows(loaded, batchAtHand.getStore()!);
        await this.standStill(worker, 'load');
        const stale = history[this.pick()];
        if (!stale) return rows;
        return rows.map((row, index) => (keys[index]!.projection === stale.projection ? structuredClone(stale) : row));
      },
    });
  }
}
