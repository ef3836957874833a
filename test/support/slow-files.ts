/** Files that take longest, so that none of them begins when the others have ended. */
export const SLOW_FILES: readonly string[] = [
  'test/chaos/crash-matrix.test.ts',
  'test/contract/event-store.clickhouse-redis.test.ts',
  'test/contract/event-store.clickhouse.test.ts',
  'test/contract/group-queue.redis.test.ts',
  'test/contract/clickhouse/redis-arbiter-race.test.ts',
  'test/contract/log-maintenance.clickhouse.test.ts',
  'test/contract/event-store.model.test.ts',
  'test/contract/fold-executor.test.ts',
  'test/e2e/losses.test.ts',
  'test/e2e/deploys.test.ts',
  'test/e2e/bad-projections.test.ts',
  'test/e2e/start-roles.test.ts',
  'test/e2e/npm-start.test.ts',
  'sample/01-trace-processing/test/roles.test.ts',
  'sample/01-trace-processing/test/process.test.ts',
  'sample/02-banking/test/menu.test.ts',
];
