import type { Scheduler } from 'fast-check';
import type { StoredEvent } from '../../lib/events/stored-event.js';
import type { EventStore } from '../../lib/event-store/event-store.js';
import { UndispatchedList } from '../../lib/event-store/undispatched-list.js';
import { Clock } from '../../lib/index.js';
import type { EventRoute } from '../../lib/queue/event-route.js';
import type { EventRoutes, LiveRoute, LiveRoutes } from '../../lib/queue/event-routes.js';
import type { GroupQueue } from '../../lib/queue/group-queue.js';
import type { EventRangeJob } from '../../lib/queue/job.js';
import type { StagedJob } from '../../lib/queue/staged-job.js';
import { DispatchStrikes } from '../../lib/runtime/dispatch-strikes.js';
import { EventRouter } from '../../lib/runtime/event-router.js';
import { RangeStaging } from '../../lib/runtime/range-staging.js';
import { RouteDirectory } from '../../lib/runtime/route-directory.js';
import { UndispatchedSweep } from '../../lib/runtime/undispatched-sweep.js';
import { createTenantId } from '../../lib/tenancy/create-tenant-id.js';

const tenantId = createTenantId('acme');
/** A comparison takes long. */
const COMPARISON_STEPS = 10;
const STREAM = { tenantId, aggregateType: 't', aggregateId: 'a' };

/** Two releases: the second one has another version, which lists one more type. */
export const OLD: EventRoute = { kind: 'fold', component: 'c@1', aggregateTypes: ['t'], types: ['x'] };
export const NEXT: EventRoute = { ...OLD, component: 'c@2', types: ['x', 'y'] };

/**
 * One stream, one queue, and processes of two releases whose steps a scheduler puts in any order. What the server of the
 * queue and the store do is played; routing, staging, striking and sweeping is done by the real parts.
 */
export class DeployWorld {
  readonly log: StoredEvent[] = [];
  readonly undispatched = new UndispatchedList();
  private readonly live = new Map<string, LiveRoute>();
  private readonly seen = new Map<string, Set<number>>();
  private times = 0;

  constructor(readonly scheduler: Scheduler) {}

  get revision(): string {
    return [...this.live.keys()].toSorted().join(' ');
  }

  /** What a component lacks of the events that it lists. */
  lack({ component, types }: EventRoute): readonly StoredEvent[] {
    const seen = this.seen.get(component);
    return this.log.filter(({ type, sequence }) => types.includes(type) && !seen?.has(sequence));
  }

  take(jobs: readonly StagedJob[]): void {
    for (const { lane, job } of jobs) {
      const { from, to } = job as EventRangeJob;
      const seen = this.seen.get(lane.component) ?? new Set();
      this.seen.set(lane.component, seen);
      for (let sequence = from; sequence <= to; sequence += 1) seen.add(sequence);
    }
  }

  routes(): LiveRoutes {
    return { revision: this.revision, routes: [...this.live.values()], complete: true };
  }

  /** Answers since when it is live. */
  keep(route: EventRoute): string {
    const found = this.live.get(route.component) ?? { ...route, since: `${(this.times += 1)}` };
    this.live.set(route.component, found);
    return found.since;
  }

  /** Nobody was heard of for too long. */
  lapse({ component }: EventRoute): void {
    this.live.delete(component);
  }

  loseRoutes(): void {
    this.live.clear();
  }

  append(type: string): StoredEvent {
    const sequence = this.log.length + 1;
    const event = { ...STREAM, id: `e${sequence}`, sequence, type } as unknown as StoredEvent;
    this.log.push(event);
    this.undispatched.note(STREAM, sequence, sequence, 0);
    return event;
  }
}

/** A process of one release, until it dies. */
export class DeployProcess {
  private isAlive = true;
  private isComparing = false;
  private compared = '';
  private readonly router: EventRouter;
  private readonly strikes: DispatchStrikes;
  private readonly sweeping: UndispatchedSweep;
  private readonly queue: GroupQueue;

  constructor(
    private readonly world: DeployWorld,
    readonly route: EventRoute,
  ) {
    const routes = {
      live: async () => {
        await this.step();
        const found = world.routes();
        await this.step();
        return found;
      },
    } satisfies Partial<EventRoutes> as unknown as EventRoutes;
    this.queue = {
      stage: async (jobs: readonly StagedJob[]) => {
        await this.step();
        world.take(jobs);
        const { revision } = world;
        await this.step();
        return revision;
      },
    } as unknown as GroupQueue;
    const store = {
      dispatched: async (ranges) => {
        await this.step();
        for (const range of ranges) world.undispatched.strike(range);
      },
      undispatched: async (query) => world.undispatched.find(query, Number.POSITIVE_INFINITY),
      head: async () => world.log.length,
    } satisfies Partial<EventStore> as unknown as EventStore;
    const clock = new StepClock(() => this.step());
    const directory = new RouteDirectory([route], routes, clock);
    this.router = new EventRouter(directory);
    const staging = new RangeStaging(this.queue, this.router, directory);
    this.strikes = new DispatchStrikes(store, staging, clock);
    this.sweeping = new UndispatchedSweep(store, staging, 1);
  }

  die(): void {
    this.isAlive = false;
  }

  /** As `DispatchingEventStore` does. */
  async append(type: string): Promise<void> {
    await this.step();
    const event = this.world.append(type);
    await this.step();
    const { fed } = this.router;
    const jobs = this.router.route({ stored: [event], repeated: false }, fed);
    const revision = jobs.length > 0 ? await this.queue.stage(jobs) : undefined;
    const { sequence } = event;
    this.strikes.strike({ stream: STREAM, firstSequence: sequence, lastSequence: sequence }, fed, revision);
  }

  async sweep(): Promise<void> {
    await this.step();
    await this.sweeping.run(new AbortController().signal);
  }

  /** As `EventRoutes.keep()` does at a start, and from time to time after. */
  async keep(): Promise<void> {
    await this.step();
    const since = this.world.keep(this.route);
    if (this.isComparing || since === this.compared) return;
    this.isComparing = true;
    await this.step();
    const { component, aggregateTypes, kind } = this.route;
    const lack = this.world.lack(this.route);
    for (let step = 0; step < COMPARISON_STEPS; step += 1) await this.step();
    const lane = { tenantId, kind, component, aggregateType: aggregateTypes[0]!, id: STREAM.aggregateId };
    this.world.take(
      lack.map(({ sequence }) => ({
        lane,
        job: { kind, aggregateId: lane.id, from: sequence, to: sequence, events: null },
      })),
    );
    await this.step();
    this.compared = since;
    this.isComparing = false;
  }

  /** Goes on when its turn comes; of a process that is dead, never. */
  private async step(): Promise<void> {
    await this.world.scheduler.schedule(Promise.resolve());
    if (!this.isAlive) await new Promise<never>(() => {});
  }
}

/** What is scheduled comes at any time. */
class StepClock extends Clock {
  constructor(private readonly step: () => Promise<void>) {
    super();
  }

  now(): number {
    return 0;
  }

  schedule(_delayMs: number, task: () => void): () => void {
    let isPending = true;
    void this.step().then(() => isPending && task());
    return () => void (isPending = false);
  }
}
