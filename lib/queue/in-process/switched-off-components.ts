import type { Clock } from '../../clock/clock.js';
import { encodeKey } from '../../tenancy/encode-key.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { componentKey, type Lane } from '../lane.js';
import type { SwitchedOff } from '../queue-control.js';

interface Off extends SwitchedOff {
  readonly cancel: () => void;
}

/** Components that do not work for a tenant, each until its time is over. */
export class SwitchedOffComponents {
  private readonly byPlace = new Map<string, Off>();

  /** @param onOver called when the time of what `isWanted` names is over */
  constructor(
    private readonly clock: Clock,
    private readonly onOver: (isWanted: (lane: Lane) => boolean) => void,
  ) {}

  isOff(lane: Lane): boolean {
    return this.byPlace.size > 0 && this.byPlace.has(placeOf(lane));
  }

  add(lane: Lane, ms: number): void {
    const place = placeOf(lane);
    if (this.byPlace.has(place)) return;
    const { kind, component, tenantId } = lane;
    const cancel = this.clock.schedule(ms, () => {
      this.byPlace.delete(place);
      this.onOver((one) => placeOf(one) === place);
    });
    this.byPlace.set(place, {
      component: { kind, component },
      tenantId,
      nextLookAt: this.clock.now() + ms,
      cancel,
    });
  }

  list(): readonly SwitchedOff[] {
    return [...this.byPlace.values()]
      .toSorted((one, other) => one.nextLookAt - other.nextLookAt)
      .map(({ component, tenantId, nextLookAt }) => ({ component, tenantId, nextLookAt }));
  }

  forget(tenantId: TenantId): void {
    for (const [place, off] of this.byPlace) if (off.tenantId === tenantId) this.remove(place, off);
  }

  /** No time ends any more. */
  end(): void {
    for (const { cancel } of this.byPlace.values()) cancel();
  }

  private remove(place: string, { cancel }: Off): void {
    cancel();
    this.byPlace.delete(place);
  }
}

function placeOf(lane: Lane): string {
  return `${encodeKey(lane.tenantId)} ${componentKey(lane)}`;
}
