import { describe, expectTypeOf, it } from 'vitest';
import {
  FoldProjection,
  type FoldHandler,
  InjectProjection,
  MapProjection,
  type PointInTime,
  type ProjectionItem,
  type ProjectionReader,
  type Projections,
} from '../../lib/index.js';

interface Balance {
  amount: number;
}

@FoldProjection({ name: 'balance' })
class Balances implements FoldHandler<Balance> {
  init(): Balance {
    return { amount: 0 };
  }
  apply(state: Balance): Balance {
    return state;
  }
}

@MapProjection({ name: 'payments', events: [] })
class Payments {
  map(): { paid: number } | null {
    return null;
  }
}

const projections = {} as Projections;

describe('reads of projections', () => {
  it('have the type of the states of the class', () => {
    expectTypeOf(projections.getMany(Balances, ['a'])).resolves.toEqualTypeOf<readonly (Balance | null)[]>();
    expectTypeOf(
      projections.at(Balances, 'a', { sequence: 1 }),
    ).resolves.toEqualTypeOf<ProjectionItem<Balance> | null>();
    expectTypeOf(projections.list(Balances))
      .resolves.toHaveProperty('items')
      .toEqualTypeOf<readonly ProjectionItem<Balance>[]>();
    expectTypeOf(projections.of(Balances)).toEqualTypeOf<ProjectionReader<Balance>>();
    expectTypeOf(projections.of(Balances).get('a')).resolves.toEqualTypeOf<Balance | null>();
    // @ts-expect-error a map has no states
    projections.of(Payments);
    // @ts-expect-error a map has no states
    void projections.getMany(Payments, ['a']);
    // @ts-expect-error a fold has no records
    void projections.records(Balances, 'a');
  });

  it('have by name the type that the caller says, or none', () => {
    expectTypeOf(projections.get('balance', 'a')).resolves.toEqualTypeOf<unknown>();
    expectTypeOf(projections.get<Balance>('balance', 'a')).resolves.toEqualTypeOf<Balance | null>();
    // @ts-expect-error the class has other states
    void projections.get<{ other: string }>(Balances, 'a');
  });

  it('take a page, or limit and offset, not both', () => {
    void projections.list(Balances, { page: { number: 2, size: 50 }, sort: { by: 'amount' } });
    void projections.list(Balances, { limit: 50, offset: 50 });
    // @ts-expect-error not both
    void projections.list(Balances, { page: { number: 2 }, limit: 50 });
    // @ts-expect-error a page has a number
    void projections.list(Balances, { page: { size: 50 } });
  });

  it('take a sequence or a time, one of them', () => {
    const sequence: PointInTime = { sequence: 1 };
    const time: PointInTime = { time: new Date() };
    void projections.at(Balances, 'a', sequence);
    void projections.at(Balances, 'a', time);
    // @ts-expect-error not both
    void projections.at(Balances, 'a', { sequence: 1, time: new Date() });
    // @ts-expect-error one of them
    void projections.at(Balances, 'a', {});
  });

  it('are injected for folds only', () => {
    InjectProjection(Balances);
    // @ts-expect-error a map has no states
    InjectProjection(Payments);
    // @ts-expect-error a name has no class
    InjectProjection('balance');
  });
});
