import { encodeKey } from '../tenancy/encode-key.js';
import type { TenantId } from '../tenancy/tenant-id.js';

/** What a lane's jobs do. @publicApi */
export type LaneKind =
  'command' | 'delay' | 'fold' | 'map' | 'reactor' | 'route' | 'process' | 'outbox' | 'timer' | 'subscription';

/** Whether what waits in such lanes are commands: on their way to their aggregates, or until their time has come. */
export function holdsCommands({ kind }: Pick<Lane, 'kind'>): boolean {
  return kind === 'command' || kind === 'delay';
}

/** Whether what waits in such lanes waits for its time, and is no work before that: wake-ups and delayed commands. */
export function waitsForTime({ kind }: Pick<Lane, 'kind'>): boolean {
  return kind === 'delay' || kind === 'timer';
}

/** Names what handles the jobs of a lane. @publicApi */
export interface LaneComponent {
  readonly kind: LaneKind;
  /** `name@version` of a projection, the name of a reactor, process manager or subscription, or the pipeline of commands. */
  readonly component: string;
}

/**
 * Names one lane: a sequence of jobs of which one batch runs at a time, over all workers.
 *
 * @publicApi
 */
export interface Lane extends LaneComponent {
  readonly tenantId: TenantId;
  readonly aggregateType: string;
  /** What the lane is ordered by: mostly the aggregate's id. */
  readonly id: string;
}

/** The lane as one string: the tenant first, and never the same for two lanes. */
export function laneKey(lane: Lane): string {
  return encodeKey(lane.tenantId, lane.kind, lane.component, lane.aggregateType, lane.id);
}

/** The component as one string: the middle of the keys of its lanes. */
export function componentKey({ kind, component }: LaneComponent): string {
  return encodeKey(kind, component);
}

/** The lane that a key of `laneKey()` names. */
export function parseLaneKey(key: string): Lane {
  const [tenantId, kind, component, aggregateType, id] = key.split(':').map(decodePart);
  return {
    tenantId: tenantId as TenantId,
    kind: kind as LaneKind,
    component: component!,
    aggregateType: aggregateType!,
    id: id!,
  };
}

/** Most parts are as they were. */
function decodePart(part: string): string {
  return part.includes('%') ? decodeURIComponent(part) : part;
}
