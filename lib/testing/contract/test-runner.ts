import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';

type Run = () => Promise<void> | void;

/** Declares a group of cases. @publicApi */
export type Describe = (name: string, declare: () => void) => void;

/** Declares something that is done before or after cases. @publicApi */
export type Hook = (run: Run) => void;

/** What of `expect()` the suites use. @publicApi */
export interface Matchers<R = void> {
  toBe(expected: unknown): R;
  toBeGreaterThan(expected: number): R;
  toBeGreaterThanOrEqual(expected: number): R;
  toBeInstanceOf(expected: unknown): R;
  toBeLessThan(expected: number): R;
  toBeLessThanOrEqual(expected: number): R;
  toBeUndefined(): R;
  toContain(expected: unknown): R;
  toContainEqual(expected: unknown): R;
  toEqual(expected: unknown): R;
  toHaveLength(expected: number): R;
  toMatch(expected: string | RegExp): R;
  toMatchObject(expected: object): R;
  toThrow(expected?: unknown): R;
}

/** What of `expect` the suites use. @publicApi */
export interface Expect {
  (actual: unknown): Matchers & { readonly not: Matchers; readonly rejects: Matchers<Promise<void>> };
  any(expected: unknown): unknown;
  arrayContaining(expected: unknown[]): unknown;
  objectContaining(expected: object): unknown;
  stringContaining(expected: string): unknown;
  stringMatching(expected: string | RegExp): unknown;
}

/**
 * What the suites need of a test runner: `import * as runner from 'vitest'` and `import * as runner from '@jest/globals'`
 * both are one.
 *
 * @publicApi
 */
export interface TestRunner {
  /** Where cases may run at the same time, `concurrent` lets them. */
  readonly describe: Describe & { readonly concurrent?: Describe };
  readonly test: ((name: string, run: Run) => void) & { readonly skip: (name: string, run: Run) => void };
  readonly expect: Expect;
  readonly beforeAll: Hook;
  readonly afterAll: Hook;
  readonly beforeEach: Hook;
  readonly afterEach: Hook;
}

const PARTS = ['describe', 'test', 'expect', 'beforeAll', 'afterAll', 'beforeEach', 'afterEach'] as const;

/** The runner whose parts are globals. @throws InvalidArgumentError when there is none */
export function globalRunner(): TestRunner {
  const globals = globalThis as unknown as TestRunner;
  if (PARTS.every((part) => typeof globals[part] === 'function')) return globals;
  throw new InvalidArgumentError('options.runner', `must be given where ${PARTS.join(', ')} are no globals`);
}
