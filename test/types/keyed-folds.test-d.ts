import { describe, expectTypeOf, it } from 'vitest';
import {
  Apply,
  DomainEvent,
  FoldProjection,
  type FoldHandler,
  isEvent,
  Reactor,
  type ReactorContext,
  type RecordedEvent,
} from '../../lib/index.js';

@DomainEvent('keyed.opened')
class Opened {
  owner!: string;
}

@DomainEvent('keyed.paid')
class Paid {
  amount!: number;
}

interface Count {
  n: number;
}

class Counts implements FoldHandler<Count> {
  init(): Count {
    return { n: 0 };
  }

  @Apply(Opened, Paid)
  counted({ n }: Count): Count {
    return { n: n + 1 };
  }
}

describe('the key of a fold', () => {
  it('is given the events that the fold lists', () => {
    FoldProjection({
      name: 'one',
      events: [Opened],
      key: (event) => {
        expectTypeOf(event).toEqualTypeOf<RecordedEvent<Opened>>();
        return event.data.owner;
      },
    })(Counts);
    FoldProjection({
      name: 'both',
      pipeline: 'all',
      events: [Opened, Paid],
      key: (event) => {
        expectTypeOf(event.data).toEqualTypeOf<Opened | Paid>();
        return isEvent(event, Opened) ? [event.data.owner] : [];
      },
    })(Counts);
    FoldProjection({ name: 'any', key: ({ data }) => data.constructor.name })(Counts);
  });

  it('knows no property of another event, and gives texts alone', () => {
    // @ts-expect-error Paid has no owner
    FoldProjection({ name: 'wrong', events: [Paid], key: ({ data }) => data.owner });
    // @ts-expect-error not every event has an owner
    FoldProjection({ name: 'wrong', key: ({ data }) => data.owner });
    // @ts-expect-error a number is no id
    FoldProjection({ name: 'wrong', events: [Paid], key: ({ data }) => data.amount });
    // @ts-expect-error no promise either
    FoldProjection({ name: 'wrong', events: [Opened], key: async ({ data }) => data.owner });
    // @ts-expect-error its module says which pipeline it is of
    FoldProjection({ name: 'wrong', pipeline: 'sales', key: () => 'k' });
  });

  it('leaves a reactor the state of the row', () => {
    @FoldProjection({ name: 'counts', pipeline: 'all', events: [Opened, Paid], key: () => 'k' })
    class Keyed extends Counts {}
    @Reactor({ name: 'reacts', fold: Keyed, events: [Paid] })
    class Reacts {
      handle(event: RecordedEvent<Paid>, { state, foldId }: ReactorContext<Count>): void {
        expectTypeOf(event.data.amount).toBeNumber();
        expectTypeOf(state).toEqualTypeOf<Count | null>();
        expectTypeOf(foldId).toBeString();
      }
    }
    expectTypeOf(Reacts).toBeObject();
  });
});
