import { describe, expect, it } from 'vitest';
import { checkMigrationSets, checksumOf, type Migration } from '../../../lib/clickhouse/migrations.js';
import { CANONICAL_NAMES, singleNodeNames, type TableNames } from '../../../lib/clickhouse/table-names.js';

const create = (n: TableNames) =>
  `CREATE TABLE IF NOT EXISTS ${n.table('t')} (a String, v UInt64) ENGINE = ${n.engine('ReplacingMergeTree', 'v')} ORDER BY a SETTINGS ${n.deduplicationWindow(100)}`;
const migration = (id: number, statement = create): Migration => ({
  id,
  name: `m${id}`,
  statements: (n) => [statement(n)],
});

describe('singleNodeNames', () => {
  it('renders for one server', () => {
    expect(create(singleNodeNames('es'))).toBe(
      'CREATE TABLE IF NOT EXISTS es.t (a String, v UInt64) ENGINE = ReplacingMergeTree(v) ORDER BY a SETTINGS non_replicated_deduplication_window = 100',
    );
  });

  it.each(['', '1a', 'a-b', 'a`b', 'a.b', 'a b', "a'; DROP", 'ä', 'a'.repeat(129)])(
    'refuses the identifier %j',
    (name) => {
      expect(() => singleNodeNames(name)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', field: 'database' }),
      );
      expect(() => singleNodeNames('es').table(name)).toThrow(expect.objectContaining({ field: 'table' }));
    },
  );
});

describe('checksumOf', () => {
  it('depends on the template only, not on the installation', () => {
    expect(checksumOf(migration(1))).toBe(checksumOf({ ...migration(2), statements: () => [create(CANONICAL_NAMES)] }));
    expect(checksumOf(migration(1))).toMatch(/^[0-9a-f]{64}$/);
  });

  it('changes with any statement', () => {
    expect(checksumOf(migration(1))).not.toBe(checksumOf(migration(1, (n) => `${create(n)} `)));
    expect(checksumOf({ ...migration(1), statements: () => ['ab', 'c'] })).not.toBe(
      checksumOf({ ...migration(1), statements: () => ['a', 'bc'] }),
    );
  });
});

describe('checkMigrationSets', () => {
  it('takes rising ids, numbered per component', () => {
    checkMigrationSets([
      { component: 'a', migrations: [migration(1), migration(2), migration(4)] },
      { component: 'b', migrations: [migration(1)] },
    ]);
  });

  it.each([
    ['falling ids', [{ component: 'a', migrations: [migration(2), migration(1)] }]],
    ['a repeated id', [{ component: 'a', migrations: [migration(1), migration(1)] }]],
    ['zero', [{ component: 'a', migrations: [migration(0)] }]],
    ['a fraction', [{ component: 'a', migrations: [migration(1.5)] }]],
    ['no statement', [{ component: 'a', migrations: [{ ...migration(1), statements: () => [] }] }]],
    [
      'a component twice',
      [
        { component: 'a', migrations: [] },
        { component: 'a', migrations: [] },
      ],
    ],
    ['a component that is no identifier', [{ component: 'a b', migrations: [] }]],
  ])('refuses %s', (_, sets) => {
    expect(() => checkMigrationSets(sets)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
