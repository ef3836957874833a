import { Fifo } from './fifo.js';

/**
 * Lanes that may run, tenants in turn: each `next()` serves another tenant that has one, so that a tenant with many
 * lanes delays the others by one lane at most.
 */
export class ReadyRing<T extends { readonly lane: { readonly tenantId: string } }> {
  private readonly tenants = new Map<string, Fifo<T>>();

  push(item: T): void {
    const { tenantId } = item.lane;
    let items = this.tenants.get(tenantId);
    if (!items) this.tenants.set(tenantId, (items = new Fifo<T>()));
    items.push(item);
  }

  next(): T | undefined {
    for (const [tenantId, items] of this.tenants) {
      const item = items.shift();
      // A Map iterates in the order of insertion: out and in again puts the tenant at the end of the ring.
      this.tenants.delete(tenantId);
      if (items.size > 0) this.tenants.set(tenantId, items);
      if (item) return item;
    }
    return undefined;
  }
}
