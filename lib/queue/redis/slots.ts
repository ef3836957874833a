/** Fewer lanes than these are not worth a turn of their own. */
const SMALLEST_SHARE_OF_A_TURN = 16;

/** The batches of one class, commands or others, that a worker runs at a time. */
export class Slots {
  private taken = 0;
  private readonly byTenant = new Map<string, number>();
  /** What one tenant may have at a time. */
  readonly perTenant: number;

  constructor(
    readonly letter: 'c' | 'o',
    readonly size: number,
    tenantSharePercent: number,
  ) {
    this.perTenant = Math.ceil((size * tenantSharePercent) / 100);
  }

  /** Slots that nothing runs in and no turn has asked for. */
  get free(): number {
    return this.size - this.taken;
  }

  /** Free slots for one turn to ask for: half of many, so that the lanes of one turn run while the next one asks. */
  get forOneTurn(): number {
    return Math.min(this.free, Math.max(SMALLEST_SHARE_OF_A_TURN, Math.ceil(this.size / 2)));
  }

  /** Sets slots aside for the lanes that a turn asks for, or gives them back. */
  reserve(lanes: number): void {
    this.taken += lanes;
  }

  begin(tenant: string): void {
    this.taken += 1;
    this.byTenant.set(tenant, (this.byTenant.get(tenant) ?? 0) + 1);
  }

  end(tenant: string): void {
    this.taken -= 1;
    const left = this.byTenant.get(tenant)! - 1;
    if (left === 0) this.byTenant.delete(tenant);
    else this.byTenant.set(tenant, left);
  }

  /** The tenants that might pass their share by so many further lanes. */
  nearShare(lanes: number): ['c' | 'o', string, number][] {
    const near: ['c' | 'o', string, number][] = [];
    if (lanes === 0) return near;
    for (const [tenant, running] of this.byTenant) {
      if (running + lanes > this.perTenant) near.push([this.letter, tenant, running]);
    }
    return near;
  }
}
