import { checkIdentifier } from '../sql/identifier.js';

/** The table engines that our tables use. */
export type EngineFamily = 'MergeTree' | 'ReplacingMergeTree';

/**
 * What a migration writes into its statements in place of everything that depends on the installation: so that one
 * template serves a single node and, with another rendering, a replicated cluster.
 */
export interface TableNames {
  readonly database: string;
  /** `events` → `my_database.events` */
  table(name: string): string;
  /** `engine('ReplacingMergeTree', 'version')` → `ReplacingMergeTree(version)` */
  engine(family: EngineFamily, args?: string): string;
  /** The table setting by which a repeated insert with the same token is dropped: how many blocks are remembered. */
  deduplicationWindow(blocks: number): string;
}

/** Rendering for one server. */
export function singleNodeNames(database: string): TableNames {
  checkIdentifier('database', database);
  return {
    database,
    table: (name) => `${database}.${checkIdentifier('table', name)}`,
    engine: (family, args = '') => `${family}(${args})`,
    deduplicationWindow: (blocks) => `non_replicated_deduplication_window = ${blocks}`,
  };
}

/** Rendering for checksums: the same for every installation. */
export const CANONICAL_NAMES: TableNames = {
  database: '{database}',
  table: (name) => `{database}.${name}`,
  engine: (family, args = '') => `{${family}}(${args})`,
  deduplicationWindow: (blocks) => `{deduplication_window} = ${blocks}`,
};
