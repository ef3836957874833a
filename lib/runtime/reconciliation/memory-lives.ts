import type { EventStore } from '../../event-store/event-store.js';
import type { GroupQueue } from '../../queue/group-queue.js';
import type { Comparison } from '../comparisons/comparison.js';
import type { CommonLives, Lives } from './lives.js';

/** Asks the queue and the store for the lives of their memories. */
export class MemoryLives {
  constructor(
    private readonly queue: Pick<GroupQueue, 'life' | 'routes'>,
    private readonly store: Pick<EventStore, 'undispatchedLife'>,
  ) {}

  /** Two small questions, and none of them to the log. @throws StoreUnavailableError, QueueUnavailableError */
  async common(): Promise<CommonLives> {
    const [queue, events] = await Promise.all([this.queue.life(), this.store.undispatchedLife()]);
    return { queue, events };
  }

  /** @throws StoreUnavailableError, QueueUnavailableError */
  async of({ kind, component }: Comparison): Promise<Lives> {
    const [common, { routes }] = await Promise.all([this.common(), this.queue.routes.live()]);
    const own = routes.find((route) => route.kind === kind && route.component === component);
    return { ...common, route: own?.since ?? '' };
  }

  /** Lets the components of this process be known to all who dispatch, where the server has forgotten them. */
  keepRoutes(): Promise<void> {
    return this.queue.routes.renew();
  }
}
