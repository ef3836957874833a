import { BatchAbort } from '../../lib/queue/batch-abort.js';
import { randomUUID } from 'node:crypto';
import { AppendOutcomeUnknownError } from '../../lib/event-store/append-outcome-unknown.error.js';
import { MemoryEventStore } from '../../lib/event-store/memory/memory-event-store.js';
import type { EventStore } from '../../lib/event-store/event-store.js';
import type { StreamId } from '../../lib/event-store/stream-id.js';
import { StoreUnavailableError } from '../../lib/event-store/store-unavailable.error.js';
import { DomainEvent } from '../../lib/events/domain-event.decorator.js';
import type { EventSerializer } from '../../lib/events/event-serializer.js';
import type { RecordedEvent } from '../../lib/events/recorded-event.js';
import type { StoredEvent } from '../../lib/events/stored-event.js';
import { FoldCache } from '../../lib/projections/fold-cache.js';
import type { FoldDefinition } from '../../lib/projections/fold-definition.js';
import { FoldEvents } from '../../lib/projections/fold-events.js';
import { type FoldedBatch, FoldExecutor } from '../../lib/projections/fold-executor.js';
import type { FoldHandler } from '../../lib/projections/fold-handler.js';
import type { FoldProjectionOptions } from '../../lib/projections/fold-projection.decorator.js';
import { FoldSkips } from '../../lib/projections/fold-skips.js';
import { Link } from '../../lib/projections/links/link.event.js';
import { linkStream, linksType } from '../../lib/projections/links/link-streams.js';
import { RouteExecutor, type RoutedBatch } from '../../lib/projections/links/route-executor.js';
import { MemoryProjectionStore } from '../../lib/projections/stores/memory/memory-projection-store.js';
import type { ProjectionRow } from '../../lib/projections/stores/projection-row.js';
import type { ProjectionStore } from '../../lib/projections/stores/projection-store.js';
import type { EventRangeJob } from '../../lib/queue/job.js';
import type { Lane } from '../../lib/queue/lane.js';
import { createTenantId } from '../../lib/tenancy/create-tenant-id.js';
import type { TenantId } from '../../lib/tenancy/tenant-id.js';
import { collect } from './collect.js';
import { ManualClock } from './manual-clock.js';
import { createStorageContext } from './storage-context.js';

/** Counts for these keys; one without any and with `poison` is one that no key function takes. */
@DomainEvent('route.hit')
export class Hit {
  keys!: string[];
  poison!: boolean;

  static of(keys: readonly string[], poison = false): Hit {
    return Object.assign(new Hit(), { keys, poison });
  }
}

/** No fold takes it. */
@DomainEvent('route.miss')
export class Miss {}

/** Which event counted, in order. */
class Hits implements FoldHandler<readonly string[]> {
  init(): readonly string[] {
    return [];
  }

  apply(state: readonly string[], { aggregateId, sequence }: RecordedEvent): readonly string[] {
    return [...state, `${aggregateId}/${sequence}`];
  }
}

/** What happens to a call of a store: it fails before or after it had its effect, or its caller is never heard of again. */
export type Fault = 'fail-before' | 'fail-after' | 'die-before' | 'die-after';

/** How the calls of one attempt go. */
export interface Course {
  /** Waits until the next call may go on. */
  readonly turn: () => Promise<unknown>;
  /** What happens to the calls of the attempt, in their order; nothing to the rest. */
  readonly faults?: readonly (Fault | undefined)[];
  /** Lets a load give rows as they once were: the index in the history, else the latest. */
  readonly stale?: number;
}

const UNDISTURBED: Course = { turn: () => Promise.resolve() };

export interface RouteWorldOptions {
  readonly fold?: Partial<FoldProjectionOptions>;
  readonly workers?: number;
  readonly cacheBytes?: number;
  readonly checkPurity?: boolean;
  readonly projections?: ProjectionStore;
}

/** Some aggregates with their log, a fold with keys over them, and several workers, each with what it remembers. */
export class RouteWorld {
  readonly tenantId: TenantId = createTenantId(`tenant-${randomUUID()}`);
  readonly fold: FoldDefinition;
  /** Every cursor that was saved, in order. */
  readonly history: ProjectionRow[] = [];
  /** How many calls of the stores there were. */
  readonly calls = { loads: 0, appends: 0, reads: 0 };
  private readonly caches: readonly FoldCache[];
  private readonly stored = new Map<string, StoredEvent[]>();

  static async open(options: RouteWorldOptions = {}): Promise<RouteWorld> {
    const clock = new ManualClock();
    const context = await createStorageContext({ clock }, [Hit, Miss, Link]);
    return new RouteWorld(context.serializer, clock, new MemoryEventStore(context), options);
  }

  private constructor(
    readonly serializer: EventSerializer,
    private readonly clock: ManualClock,
    readonly memory: MemoryEventStore,
    {
      fold,
      workers = 1,
      cacheBytes = 0,
      checkPurity = false,
      projections = new MemoryProjectionStore(),
    }: RouteWorldOptions,
  ) {
    this.projections = projections;
    this.checkPurity = checkPurity;
    this.caches = Array.from({ length: workers }, () => new FoldCache(cacheBytes, clock));
    this.fold = {
      kind: 'fold',
      component: 'hits@1',
      name: 'hits',
      version: 1,
      aggregateType: linksType('hits@1'),
      sources: ['source'],
      projectionClass: Hits,
      types: new Set(['route.hit']),
      methods: new Map(),
      options: {
        name: 'hits',
        key: ({ data }) => {
          if ((data as Hit).poison) throw new Error('poison');
          return (data as Hit).keys;
        },
        ...fold,
      },
      handler: { name: 'Hits', resolve: () => new Hits() },
    };
  }

  readonly projections: ProjectionStore;
  private readonly checkPurity: boolean;

  source(aggregateId: string): StreamId {
    return { tenantId: this.tenantId, aggregateType: 'source', aggregateId };
  }

  async append(aggregateId: string, events: readonly object[]): Promise<void> {
    for (const data of events) {
      const { stored } = await this.memory.append(this.source(aggregateId), [{ data }]);
      this.stored.set(aggregateId, [...this.events(aggregateId), ...stored]);
    }
  }

  events(aggregateId: string): readonly StoredEvent[] {
    return this.stored.get(aggregateId) ?? [];
  }

  job(aggregateId: string, from: number, to: number, inline = true): EventRangeJob {
    const events = this.events(aggregateId)
      .slice(from - 1, to)
      .filter(({ type }) => this.fold.types.has(type));
    return { kind: 'route', aggregateId, from, to, events: inline ? events : null };
  }

  route(
    aggregateId: string,
    jobs: readonly EventRangeJob[],
    { worker = 0, redelivered = false, course = UNDISTURBED } = {},
  ): Promise<RoutedBatch> {
    const step = stepper(course);
    const store = Object.create(this.memory) as EventStore;
    store.append = (...args) => {
      this.calls.appends += 1;
      return step(() => this.memory.append(...args), args[0]);
    };
    store.read = (...args) => {
      this.calls.reads += 1;
      return stepped(step, () => this.memory.read(...args), args[0]);
    };
    const executor = new RouteExecutor({
      store,
      serializer: this.serializer,
      projections: this.watched(step, course),
      cache: this.caches[worker]!,
      checkPurity: this.checkPurity,
    });
    const abort = new BatchAbort();
    return executor.execute(this.fold, { lane: this.lane(aggregateId), jobs, attempt: 1, redelivered, abort });
  }

  /** What an operator does about a route that is parked. */
  async skip(aggregateId: string): Promise<number | undefined> {
    const skips = new FoldSkips(this.memory.log, this.projections, this.clock);
    return (await skips.skipNext(this.fold, this.lane(aggregateId), { by: 'ann', reason: 'poison' }))?.sequence;
  }

  /** What is linked to a key, in order, as `source/sequence`. */
  async links(key: string): Promise<readonly string[]> {
    const links = await collect(this.memory.read(linkStream(this.fold, this.tenantId, key)));
    return links.map(({ data }) => `${(data as Link).aggregateId}/${(data as Link).sequence}`);
  }

  foldKey(key: string, jobs: readonly Omit<EventRangeJob, 'kind' | 'aggregateId'>[]): Promise<FoldedBatch> {
    const executor = new FoldExecutor({
      events: new FoldEvents(this.memory, this.serializer),
      projections: this.projections,
      cache: this.caches[0]!,
      checkPurity: false,
    });
    const lane: Lane = { ...this.lane(key), kind: 'fold', aggregateType: this.fold.aggregateType };
    return executor.execute(this.fold, {
      lane,
      jobs: jobs.map((job) => ({ kind: 'fold', aggregateId: key, ...job })),
      attempt: 1,
      redelivered: false,
      abort: new BatchAbort(),
    });
  }

  async state(key: string): Promise<unknown> {
    const { tenantId } = this;
    const [row] = await this.projections.load([{ tenantId, projection: 'hits', version: 1, id: key }]);
    return row?.state ?? null;
  }

  private lane(id: string): Lane {
    return { tenantId: this.tenantId, kind: 'route', component: 'hits@1', aggregateType: 'source', id };
  }

  private watched(step: Step, { stale = -1 }: Course): ProjectionStore {
    const { projections, history } = this;
    const watched = Object.create(projections) as ProjectionStore;
    watched.save = (rows) =>
      step(async () => {
        await projections.save(rows);
        history.push(...structuredClone(rows));
      });
    watched.load = (keys) =>
      step(async () => {
        this.calls.loads += 1;
        const rows = await projections.load(keys);
        if (stale < 0) return rows;
        const old = history.slice(0, stale % (history.length + 1));
        return keys.map(({ projection, id }) => {
          const before = old.filter((row) => row.projection === projection && row.id === id);
          return before.toSorted((one, other) => other.sequence - one.sequence)[0] ?? null;
        });
      });
    return watched;
  }
}

type Step = <T>(work: () => Promise<T>, stream?: StreamId) => Promise<T>;

function stepper({ turn, faults = [] }: Course): Step {
  let call = 0;
  const never = new Promise<never>(() => {});
  return async (work, stream) => {
    const fault = faults[call];
    call += 1;
    await turn();
    if (fault === 'die-before') return never;
    if (fault === 'fail-before') throw new StoreUnavailableError('It is away');
    const result = await work();
    await turn();
    if (fault === 'die-after') return never;
    if (fault === 'fail-after') throw stream ? new AppendOutcomeUnknownError(stream) : new StoreUnavailableError('?');
    return result;
  };
}

async function* stepped<T>(step: Step, read: () => AsyncIterable<T>, stream: StreamId): AsyncGenerator<T> {
  yield* await step(() => collect(read()), stream);
}
