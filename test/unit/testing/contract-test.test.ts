import * as vitest from 'vitest';
import { describe, expect, it } from 'vitest';
import { contractCases, type ContractTest } from '../../../lib/testing/contract/contract-test.js';
import { globalRunner, type TestRunner } from '../../../lib/testing/contract/test-runner.js';

/** Declares cases, runs those that are not skipped, and gives what became of each. */
async function outcomes(
  differences: Readonly<Record<string, string>>,
  declare: (test: ContractTest) => void,
): Promise<Record<string, string>> {
  const cases = new Map<string, (() => Promise<void> | void) | 'skipped'>();
  const test = Object.assign((name: string, run: () => Promise<void> | void) => void cases.set(name, run), {
    skip: (name: string) => void cases.set(name, 'skipped'),
  });
  const runner: TestRunner = { ...vitest, test };
  contractCases(runner, differences, declare);
  const ended: Record<string, string> = {};
  for (const [name, run] of cases) {
    if (run === 'skipped') ended[name] = run;
    else
      ended[name] = await (async () => run())().then(
        () => 'passed',
        () => 'failed',
      );
  }
  return ended;
}

describe('the cases of a contract suite', () => {
  it('are skipped where the adapter is known to differ, with the reason', async () => {
    const ended = await outcomes({ 'keeps the first': 'it has no condition' }, (test) => {
      test('keeps the first', () => {});
      test('keeps the last', () => {});
    });
    expect(ended).toEqual({
      'keeps the first (it has no condition)': 'skipped',
      'keeps the last': 'passed',
      'has a case for every difference on the list': 'passed',
    });
  });

  it('fail where a difference is on the list that is none of them', async () => {
    const ended = await outcomes({ 'keeps the first': 'it has no condition' }, (test) => test('keeps all', () => {}));
    expect(ended).toMatchObject({ 'has a case for every difference on the list': 'failed' });
  });

  it('are one for each row, which gives them their names', async () => {
    const rows: unknown[] = [];
    const ended = await outcomes({ 'takes one as 1': 'no' }, (test) => {
      test.each([
        ['one', 1],
        ['two', 2],
      ])('takes %s as %s', (...row) => void rows.push(row));
      test.each(['three'])('takes %s', (one) => void rows.push(one));
    });
    expect(rows).toEqual([['two', 2], 'three']);
    expect(Object.keys(ended)).toEqual([
      'takes one as 1 (no)',
      'takes two as 2',
      'takes three',
      'has a case for every difference on the list',
    ]);
  });

  it('need a runner where none is global', () => {
    expect(() => globalRunner()).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', field: 'options.runner' }),
    );
  });
});
