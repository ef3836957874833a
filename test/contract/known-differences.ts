import { expect, test } from 'vitest';

export type Adapter = 'memory' | 'clickhouse' | 'clickhouse-redis' | 'postgres' | 'pglite';
export type Suite = 'event-store' | 'projection-store' | 'record-store' | 'log-maintenance';

/** A case of a contract suite that an adapter cannot keep. */
interface KnownDifference {
  readonly adapter: Adapter;
  readonly suite: Suite;
  /** The name of the case, in full. */
  readonly name: string;
  readonly reason: string;
}

/** All that adapters do not keep of what their port says; the README repeats this list. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    adapter: 'clickhouse',
    suite: 'projection-store',
    name: 'ignores a save at the sequence that stands, whatever its state',
    reason:
      'an insert has no condition: of two states saved at one sequence either may stay. A fold makes one state of one ' +
      'prefix of the log, so two saves at one sequence are equal',
  },
  {
    adapter: 'clickhouse',
    suite: 'record-store',
    name: 'keeps the first record of an event, whatever a repeat brings',
    reason: 'an insert has no condition: a repeat replaces the record. A map makes one record of one event',
  },
];

/** Declares one case. */
export type ContractTest = (name: string, run: () => Promise<void>) => void;

/**
 * Declares the cases of a suite, leaving out those that the adapter is known not to keep. A difference that names no
 * case of the suite fails it: what nobody checks any more must not stay on the list.
 */
export function contractCases(suite: Suite, adapter: Adapter, declare: (test: ContractTest) => void): void {
  const differences = new Map(
    KNOWN_DIFFERENCES.filter((one) => one.suite === suite && one.adapter === adapter).map((one) => [one.name, one]),
  );
  const declared = new Set<string>();
  declare((name, run) => {
    declared.add(name);
    const difference = differences.get(name);
    if (difference) test.skip(`${name} (${difference.reason})`, run);
    else test(name, run);
  });
  test('has a case for every difference on the list', () => {
    expect([...differences.keys()].filter((name) => !declared.has(name))).toEqual([]);
  });
}
