import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Decorator metadata, without which Nest injects nothing. */
const oxc = { decorator: { legacy: true, emitDecoratorMetadata: true } };

const project = (name: string, include: string[], timeoutMs: number) => ({
  root,
  oxc,
  test: { name, include, setupFiles: ['test/support/setup.ts'], testTimeout: timeoutMs, hookTimeout: timeoutMs },
});

export default defineConfig({
  root,
  oxc,
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.ts'], 10_000),
      project('contract', ['test/contract/**/*.test.ts'], 60_000),
      project('e2e', ['test/e2e/**/*.test.ts', 'sample/*/test/**/*.test.ts'], 120_000),
      {
        root,
        oxc,
        test: {
          name: 'types',
          include: [],
          typecheck: { enabled: true, only: true, include: ['test/types/**/*.test-d.ts'], tsconfig: 'test/tsconfig.json' },
        },
      },
    ],
  },
});
