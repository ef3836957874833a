import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SlowFirstSequencer } from './support/slow-first.sequencer.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Decorator metadata, without which Nest injects nothing. */
const oxc = { decorator: { legacy: true, emitDecoratorMetadata: true } };

/** `.ci/run` names a directory here and counts the results that each vitest run leaves in it, file by file. */
const resultsDir = process.env.TEST_RESULTS_DIR;

/** Cases at once where a suite lets them run together; most of them wait. */
const CONCURRENT_CASES = 16;

interface ProjectLimits {
  timeoutMs: number;
  /** Test files at once: more than there are cores where they mostly wait. */
  maxWorkers: number | string;
  /** Projects run one after the other, in this order. */
  groupOrder: number;
  /** Whether each file has a process of its own, and so loads all of its modules. */
  isolate?: boolean;
}

const project = (
  name: string,
  include: string[],
  { timeoutMs, maxWorkers, groupOrder, isolate = true }: ProjectLimits,
) => ({
  root,
  oxc,
  test: {
    name,
    include,
    setupFiles: ['test/support/setup.ts'],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    maxConcurrency: CONCURRENT_CASES,
    pool: 'forks' as const,
    isolate,
    maxWorkers,
    sequence: { groupOrder },
  },
});

const types = {
  root,
  oxc,
  test: {
    name: 'types',
    include: [],
    typecheck: { enabled: true, only: true, include: ['test/types/**/*.test-d.ts'], tsconfig: 'test/tsconfig.json' },
  },
};

export default defineConfig({
  root,
  oxc,
  test: {
    teardownTimeout: 10_000,
    sequence: { sequencer: SlowFirstSequencer },
    ...(resultsDir && {
      reporters: ['default', join(root, '.scripts/results-reporter.mjs')],
    }),
    projects: [
      project('unit', ['test/unit/**/*.test.ts'], {
        timeoutMs: 30_000,
        maxWorkers: '100%',
        groupOrder: 1,
        isolate: false,
      }),
      project('contract', ['test/contract/**/*.test.ts'], { timeoutMs: 60_000, maxWorkers: 4, groupOrder: 2 }),
      project('e2e', ['test/e2e/**/*.test.ts', 'sample/*/test/**/*.test.ts'], {
        timeoutMs: 120_000,
        maxWorkers: 2,
        groupOrder: 3,
      }),
      project('chaos', ['test/chaos/**/*.test.ts'], { timeoutMs: 120_000, maxWorkers: 2, groupOrder: 4 }),
      project('package', ['test/package/**/*.test.ts'], { timeoutMs: 120_000, maxWorkers: 1, groupOrder: 5 }),
      types,
    ],
    coverage: { provider: 'v8', include: ['lib/**/*.ts'], reportsDirectory: 'coverage' },
  },
});
