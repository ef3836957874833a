import type { Reconciled, ReconciliationRecord } from './reconciliation-record.js';

/** For a queue in the memory of this process: what others have staged into theirs is nothing to it. */
export class OwnRecord implements ReconciliationRecord {
  private readonly byName = new Map<string, Reconciled>();

  async load(names: readonly string[]): Promise<readonly (Reconciled | undefined)[]> {
    return names.map((name) => this.byName.get(name));
  }

  async save(name: string, reconciled: Reconciled): Promise<void> {
    this.byName.set(name, reconciled);
  }
}
