import { Logger } from '@nestjs/common';
import type { Clock } from '../clock/clock.js';
import type { EventRoute } from '../queue/event-route.js';
import type { EventRoutes } from '../queue/event-routes.js';
import { componentKey } from '../queue/lane.js';
import { FedComponents } from './fed-components.js';

/** What is older is read again, though nothing says that it has changed: nobody may be left who would. */
const MAX_AGE_MS = 60_000;

/** The components of this process, and those of others that it knows of. */
export class RouteDirectory {
  private readonly logger = new Logger('EventSourcing');
  private readonly own: ReadonlyMap<string, EventRoute>;
  /** What the log was told of. */
  private readonly told = new Set<string>();
  private latest: FedComponents;
  private triedAt = Number.NEGATIVE_INFINITY;
  private loading: Promise<FedComponents> | undefined;

  constructor(
    own: readonly EventRoute[],
    private readonly routes: EventRoutes,
    private readonly clock: Clock,
  ) {
    this.own = new Map(own.map((route) => [componentKey(route), route]));
    this.latest = new FedComponents(own);
  }

  /** As they were when they were last read. */
  get current(): FedComponents {
    if (this.clock.now() - this.triedAt > MAX_AGE_MS) void this.load().catch(() => undefined);
    return this.latest;
  }

  /** Reads them; callers at one time share what is read. @throws QueueUnavailableError */
  load(): Promise<FedComponents> {
    this.triedAt = this.clock.now();
    this.loading ??= this.read().finally(() => (this.loading = undefined));
    return this.loading;
  }

  private async read(): Promise<FedComponents> {
    const { routes, revision, complete } = await this.routes.live();
    if (!complete) this.warn('', 'Another release has components that this one cannot stage events for');
    for (const route of routes) {
      const own = this.own.get(componentKey(route));
      if (!own || route.types.every((type) => own.types.includes(type))) continue;
      this.warn(route.component, 'Another release lists other events for a component: give it a version of its own');
    }
    this.latest = new FedComponents([...this.own.values()], routes, revision, complete);
    return this.latest;
  }

  private warn(component: string, message: string): void {
    if (!this.told.has(component)) this.logger.warn({ message, ...(component !== '' && { component }) });
    this.told.add(component);
  }
}
