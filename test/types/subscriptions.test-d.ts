import type { Observable } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import {
  DomainEvent,
  EventSubscription,
  type LiveEvent,
  type LiveEvents,
  type RecordedEvent,
  type SubscriptionContext,
  type SubscriptionHandler,
} from '../../lib/index.js';

@DomainEvent('opened')
class Opened {
  amount!: number;
}
@DomainEvent('closed')
class Closed {
  reason!: string;
}
@DomainEvent('other')
class Other {
  different!: boolean;
}

@EventSubscription({
  name: 'right',
  query: {
    events: [Opened, Closed],
    where: ({ data }) => {
      expectTypeOf(data).toEqualTypeOf<Opened | Closed>();
      return true;
    },
  },
  partition: ({ data }) => ('amount' in data ? `${data.amount}` : data.reason),
  from: new Date(),
})
class Right implements SubscriptionHandler<Opened | Closed> {
  async handle(events: readonly RecordedEvent<Opened | Closed>[], { signal }: SubscriptionContext): Promise<void> {
    expectTypeOf(events[0]!.data).toEqualTypeOf<Opened | Closed>();
    signal.throwIfAborted();
  }
}

@EventSubscription({ name: 'any' })
class Any {
  handle(events: readonly RecordedEvent[]): void {
    expectTypeOf(events[0]!.data).toEqualTypeOf<object>();
  }
}

describe('a subscription', () => {
  it('is told the events that it lists', () => {
    expectTypeOf<Right>().toExtend<SubscriptionHandler<Opened | Closed>>();
    expectTypeOf<Any>().toExtend<SubscriptionHandler>();

    // @ts-expect-error it handles other events than it lists
    @EventSubscription({ name: 'wrong', query: { events: [Opened] } })
    class Wrong {
      handle(_events: readonly RecordedEvent<Other>[]): void {}
    }
    // @ts-expect-error it handles fewer events than it lists
    @EventSubscription({ name: 'fewer', query: { events: [Opened, Closed] } })
    class Fewer {
      handle(_events: readonly RecordedEvent<Opened>[]): void {}
    }
    // @ts-expect-error it takes one event, not a batch
    @EventSubscription({ name: 'single', query: { events: [Opened] } })
    class Single {
      handle(_event: RecordedEvent<Opened>): void {}
    }
    // @ts-expect-error it handles nothing
    @EventSubscription({ name: 'deaf', query: { events: [Opened] } })
    class Deaf {}
    EventSubscription({
      name: 'key',
      query: { events: [Opened] },
      // @ts-expect-error a partition is a text
      partition: ({ data }) => data.amount,
    });
    // @ts-expect-error it begins nowhere
    EventSubscription({ name: 'from', from: 'end' });
    expectTypeOf<[Wrong, Fewer, Single, Deaf]>().not.toBeNever();
  });
});

describe('a live stream', () => {
  it('has the events that it lists', () => {
    const live = {} as LiveEvents;
    const some = (): unknown => live.events({ tenantId: 'acme', events: [Opened, Closed] });
    expectTypeOf(some).toBeFunction();
    expectTypeOf<ReturnType<typeof live.events<[typeof Opened, typeof Closed]>>>().toEqualTypeOf<
      Observable<LiveEvent<Opened | Closed>>
    >();
    expectTypeOf<ReturnType<typeof live.events>>().toExtend<Observable<LiveEvent>>();
    const filtered = (): unknown =>
      live.sse(
        { headers: {} },
        {
          events: [Opened],
          where: ({ data }) => data.amount > 1,
          toData: ({ data, cursor }) => ({ amount: data.amount, cursor }),
        },
      );
    expectTypeOf(filtered).toBeFunction();
    // @ts-expect-error an event that it does not list
    expectTypeOf(() => live.events({ events: [Opened], where: ({ data }) => data.reason === '' })).toBeFunction();
    // @ts-expect-error it has one tenant
    expectTypeOf(() => live.events({ tenants: ['acme'] })).toBeFunction();
  });
});
