import type { RedisConnection } from '../../redis/redis-connection.js';
import { componentKey, type LaneComponent } from '../lane.js';
import { RemovalSteps } from './removal-steps.js';
import { FORGET_COMPONENT_LANES } from './scripts/forget-component-lanes.script.js';
import { FORGET_COMPONENT_RECORDS } from './scripts/forget-component-records.script.js';

/**
 * Removes a component that no worker has any more: its lanes, in rounds over all states; then its dead letters, and what
 * is held of it. A worker that died with one of its lanes is waited for until its leases end.
 */
export class ComponentRemoval {
  private readonly steps: RemovalSteps;
  private readonly group: string;

  constructor(connection: Pick<RedisConnection, 'run'>, prefix: string, component: LaneComponent) {
    this.steps = new RemovalSteps(connection, prefix);
    this.group = componentKey(component);
  }

  async run(): Promise<number> {
    const { steps, group } = this;
    const jobs = await steps.lanes(FORGET_COMPONENT_LANES, [group]);
    const letters = await steps.deadLetters('', group);
    await steps.run(FORGET_COMPONENT_RECORDS, [group]);
    return jobs + letters;
  }
}
