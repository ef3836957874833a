import * as vitest from 'vitest';
import { describe, expectTypeOf, it } from 'vitest';
import type { AggregateCommandHandler, FoldHandler, ReactorHandler } from '../../lib/index.js';
import { type EventMatchers, specifyCommandHandler, specifyFold, specifyReactor } from '../../lib/testing.js';
import type { TestRunner } from '../../lib/testing/contract/index.js';
import { Add, Added, Notify, type Total, Totals } from '../support/counter-app.js';

declare const handler: AggregateCommandHandler<Add>;
declare const fold: FoldHandler<Total>;

describe('specifications', () => {
  it('take the command of the handler, and no other', () => {
    const { when } = specifyCommandHandler(handler).given(Added.of(1));
    expectTypeOf(when).parameter(0).toEqualTypeOf<Add>();
    expectTypeOf(specifyCommandHandler(({ aggregates }) => (aggregates ? handler : handler))).toEqualTypeOf(
      specifyCommandHandler(handler),
    );
    // @ts-expect-error it is of another class
    void when(Added.of(1));
  });

  it('know the state of the fold', () => {
    const { thenState } = specifyFold(new Totals()).given(Added.of(1));
    expectTypeOf(thenState).parameter(0).toEqualTypeOf<Total | null>();
    // @ts-expect-error it lacks a part
    void thenState({});
  });

  it('take a fold of the state that the reactor is told', () => {
    expectTypeOf<Notify>().toExtend<ReactorHandler<Total, Added>>();
    declareReactor();
  });
});

function declareReactor(notify = {} as Notify): void {
  specifyReactor(notify, { fold });
  // @ts-expect-error it has another state
  specifyReactor(notify, { fold: {} as FoldHandler<{ other: number }> });
}

describe('what test runners have', () => {
  it('is a runner of the contract suites', () => {
    expectTypeOf(vitest).toExtend<TestRunner>();
  });

  it('is what matchers return, plain or promised', () => {
    expectTypeOf<ReturnType<EventMatchers['toHaveCode']>>().toEqualTypeOf<void>();
    expectTypeOf<ReturnType<EventMatchers<Promise<void>>['toBeEvent']>>().toEqualTypeOf<Promise<void>>();
  });
});
