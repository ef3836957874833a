import { appendToClickHouse } from './append-clickhouse.js';
import { appendOnCondition } from './append-conditional.js';
import { appendToPostgres } from './append-postgres.js';
import type { BenchSuite } from './bench-case.js';

/** Events a second that the log takes, by number of writers and size of their appends. */
export const appendBench: BenchSuite = {
  name: 'append',
  run: async (scale) => [
    ...(await appendToClickHouse(scale)),
    ...(await appendToPostgres(scale)),
    ...(await appendOnCondition(scale)),
  ],
};
