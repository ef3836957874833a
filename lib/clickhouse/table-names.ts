import { checkIdentifier } from '../sql/identifier.js';

/** The table engines that our tables use. */
export type EngineFamily = 'MergeTree' | 'ReplacingMergeTree';

/**
 * What a migration writes into its statements in place of everything that depends on the installation: so that one
 * template serves a single node and, with another rendering, a replicated cluster.
 */
export interface TableNames {
  readonly database: string;
  /** A table, as statements that make or change it name it: `events` → `my_database.events` */
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

/**
 * Rendering for a cluster of replicas: tables are made on all of them, and replicate. The path in the keeper is the
 * default of the server, which needs the macros `shard` and `replica` in its configuration.
 */
export function replicatedNames(database: string, cluster: string): TableNames {
  const plain = singleNodeNames(database);
  checkIdentifier('cluster', cluster);
  return {
    database,
    table: (name) => `${plain.table(name)} ON CLUSTER ${cluster}`,
    engine: (family, args) => {
      const place = `'/clickhouse/tables/{uuid}/{shard}', '{replica}'`;
      return `Replicated${family}(${args === undefined ? place : `${place}, ${args}`})`;
    },
    deduplicationWindow: (blocks) => `replicated_deduplication_window = ${blocks}`,
  };
}

/** What a connection to a server, or to a cluster, renders statements with. */
export function namesOf({ database, cluster }: { readonly database: string; readonly cluster?: string }): TableNames {
  return cluster === undefined ? singleNodeNames(database) : replicatedNames(database, cluster);
}

/** Rendering for checksums: the same for every installation. */
export const CANONICAL_NAMES: TableNames = {
  database: '{database}',
  table: (name) => `{database}.${name}`,
  engine: (family, args = '') => `{${family}}(${args})`,
  deduplicationWindow: (blocks) => `{deduplication_window} = ${blocks}`,
};
