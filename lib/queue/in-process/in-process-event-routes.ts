import type { EventRoute } from '../event-route.js';
import type { EventRoutes, LiveRoute, LiveRoutes } from '../event-routes.js';

/** The routes of the one process that there is: live from its start to its end. */
export class InProcessEventRoutes implements EventRoutes {
  private kept: readonly LiveRoute[] = [];

  get revision(): string {
    return this.kept.length > 0 ? 'kept' : '';
  }

  async keep(routes: readonly EventRoute[], compare: () => Promise<void>): Promise<void> {
    this.kept = routes.map((route) => ({ ...route, since: 'start' }));
    await compare();
  }

  async renew(): Promise<void> {}

  async live(): Promise<LiveRoutes> {
    return { revision: this.revision, routes: this.kept, complete: true };
  }
}
