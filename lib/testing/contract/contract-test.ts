import type { TestRunner } from './test-runner.js';

type Run<A extends readonly unknown[]> = (...args: A) => Promise<void> | void;
type ArgsOf<R> = R extends readonly unknown[] ? [...R] : [R];

/** Declares one case of a suite. */
export interface ContractTest {
  (name: string, run: Run<[]>): void;
  /** The same case for each row; each `%s` of its name is the next part of the row. */
  each<const R>(rows: readonly R[]): (name: string, run: Run<ArgsOf<R>>) => void;
}

/** What every suite lets an adapter say. @publicApi */
export interface SuiteOptions {
  /** @default the globals of the test runner */
  readonly runner?: TestRunner;
  /**
   * Cases that the adapter does not keep, by their names in full, with the reasons: they are skipped. One that is no case
   * of the suite fails it, since what nobody checks any more must not stay on a list. @default none
   */
  readonly differences?: Readonly<Record<string, string>>;
}

/** Declares the cases of a suite, without those that the adapter is known not to keep. */
export function contractCases(
  { test, expect }: TestRunner,
  differences: Readonly<Record<string, string>>,
  declare: (test: ContractTest) => void,
): void {
  const declared = new Set<string>();
  const one = (name: string, run: Run<[]>): void => {
    declared.add(name);
    if (Object.hasOwn(differences, name)) test.skip(`${name} (${differences[name]})`, run);
    else test(name, run);
  };
  const each =
    <R>(rows: readonly R[]) =>
    (name: string, run: Run<ArgsOf<R>>): void => {
      for (const row of rows) {
        const args = (Array.isArray(row) ? row : [row]) as unknown as ArgsOf<R>;
        one(withParts(name, args), () => run(...args));
      }
    };
  declare(Object.assign(one, { each }));
  test('has a case for every difference on the list', () => {
    expect(Object.keys(differences).filter((name) => !declared.has(name))).toEqual([]);
  });
}

function withParts(name: string, parts: readonly unknown[]): string {
  const left = [...parts];
  return name.replaceAll('%s', () => String(left.shift()));
}
