import { checkText } from '../../event-store/check-stream.js';
import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import type { PipelineRegistry } from '../../pipeline/pipeline-registry.js';
import { skipsName } from '../../projections/fold-skips.js';
import { routesPrefix } from '../../projections/links/route-cursor.js';
import type { GroupQueue } from '../../queue/group-queue.js';
import type { LaneComponent } from '../../queue/lane.js';
import type { Storage } from '../../storage/storage.js';
import { asideName, putAsidePrefix } from '../../subscriptions/put-aside-rows.js';
import { cursorsPrefix, partitionsType, subscriptionComponent } from '../../subscriptions/subscription-streams.js';
import { isReserved } from '../../tenancy/reserved-prefix.js';
import { birthsName } from '../component-births.js';
import type { RetiredSubscription } from './retired-subscription.js';
import { SubscriptionInUseError } from './subscription-in-use.error.js';

/** Everything of a subscription stands in one version. */
const VERSION = 1;

export interface SubscriptionRetirementTools {
  readonly pipelines: PipelineRegistry;
  readonly queue: GroupQueue;
  readonly storage: Pick<Storage, 'log' | 'projections'>;
}

/** Removes what is left of a subscription that no process runs any more. */
export class SubscriptionRetirement {
  constructor(private readonly tools: SubscriptionRetirementTools) {}

  /** @throws InvalidArgumentError, SubscriptionInUseError, StoreUnavailableError, QueueUnavailableError */
  async retire(name: string): Promise<RetiredSubscription> {
    if (isReserved(checkText('subscription', name))) {
      throw new InvalidArgumentError('subscription', 'must not begin with $, as no name of a subscription does');
    }
    const components = componentsOf(name);
    await this.check(name, components);
    const { queue, storage } = this.tools;
    const { log, projections } = storage;
    // What leads to more comes first: jobs to links, links to cursors.
    let jobs = 0;
    for (const component of components) jobs += await queue.forgetComponent(component);
    const { streams: partitions } = await log.drop(partitionsType(name));
    const cursors = cursorsPrefix({ name });
    const routes = routesPrefix(subscriptionComponent(name));
    for (const prefix of [
      ...[routes, skipsName(routes)],
      ...[putAsidePrefix(cursors), asideName(cursors), skipsName(cursors)],
    ]) {
      await projections.drop(prefix, VERSION, 'prefix');
    }
    const retired = { jobs, cursors: await projections.drop(cursors, VERSION, 'prefix'), partitions };
    // Last: until then one of this name that comes up again begins where the old one did, and not with what is new.
    await projections.drop(birthsName(subscriptionComponent(name)), VERSION);
    return retired;
  }

  private async check(name: string, components: readonly LaneComponent[]): Promise<void> {
    const { pipelines, queue } = this.tools;
    const isOwn = [...pipelines.subscriptions.values()].some((subscription) => subscription.name === name);
    if (isOwn) throw new SubscriptionInUseError(name);
    const { routes } = await queue.routes.live();
    const isLive = components.some(({ kind, component }) =>
      routes.some((route) => route.kind === kind && route.component === component),
    );
    if (isLive) throw new SubscriptionInUseError(name);
  }
}

/** With and without partitions. */
function componentsOf(name: string): readonly LaneComponent[] {
  return [
    { kind: 'route', component: subscriptionComponent(name) },
    { kind: 'subscription', component: name },
  ];
}
