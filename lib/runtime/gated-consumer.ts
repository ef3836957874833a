import type { FlagGate } from '../feature-flags/flag-gate.js';
import { componentKey, type LaneComponent } from '../queue/lane.js';
import type { LaneBatch, LaneOutcome } from '../queue/lane-batch.js';
import type { KnownComponent, LaneConsumer } from '../queue/lane-consumer.js';
import type { LanePolicy } from '../queue/lane-policy.js';
import { TenantContext } from '../tenancy/tenant-context.js';

/** Works off lanes as another consumer does, but for those that a feature flag holds. */
export class GatedConsumer implements LaneConsumer {
  readonly components: readonly KnownComponent[];
  private readonly pipelines: ReadonlyMap<string, string>;

  constructor(
    private readonly consumer: LaneConsumer,
    private readonly gate: FlagGate,
  ) {
    this.components = consumer.components;
    this.pipelines = new Map(this.components.map((one) => [componentKey(one), one.pipeline ?? '']));
  }

  policy(component: LaneComponent): LanePolicy {
    return this.consumer.policy(component);
  }

  async handle(batch: LaneBatch): Promise<LaneOutcome> {
    const { tenantId, kind, component } = batch.lane;
    const pipeline = this.pipelines.get(componentKey(batch.lane)) ?? '';
    // Known answers cost no turn of the event loop.
    const asked = TenantContext.run({ tenantId }, () => this.gate.heldForMs({ kind, component, pipeline, tenantId }));
    const heldForMs = typeof asked === 'object' ? await asked : asked;
    return heldForMs === undefined ? this.consumer.handle(batch) : { completed: 0, followUps: [], heldForMs };
  }
}
