import type { LaneKind } from '../queue/lane.js';
import type { TenantId } from '../tenancy/tenant-id.js';

/** Work of one component for one tenant, as a feature flag may hold it. @publicApi */
export interface SwitchableWork {
  readonly kind: LaneKind;
  /** `name@version` of a projection, the name of a reactor, process manager or subscription, or the pipeline of commands. */
  readonly component: string;
  /** The pipeline that the component belongs to. */
  readonly pipeline: string;
  readonly tenantId: TenantId;
}

/**
 * A kill switch over what the module does, for `forRoot({ featureFlags })`: extend it with whatever knows your flags.
 *
 * What is switched off is *held*: it waits in its lanes, in order, without losing an attempt, and goes on within
 * `flagRecheckMs` after it is switched on again. What already runs ends. A service that throws, does not answer within
 * `flagTimeoutMs`, or answers anything but a boolean means on.
 *
 * @publicApi
 */
export abstract class FeatureFlags {
  /** Whether work may be done. Asked by workers, at most every `flagCacheMs` for each component and tenant. */
  abstract isOn(work: SwitchableWork): boolean | Promise<boolean>;
}
