export type Adapter = 'memory' | 'clickhouse' | 'clickhouse-redis' | 'postgres' | 'pglite';
export type Suite = 'event-store' | 'projection-store' | 'record-store';

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

/** Those of one adapter, as the suites take them. */
export function differencesOf(suite: Suite, adapter: Adapter): Readonly<Record<string, string>> {
  const own = KNOWN_DIFFERENCES.filter((one) => one.suite === suite && one.adapter === adapter);
  return Object.fromEntries(own.map(({ name, reason }) => [name, reason]));
}
