import { Injectable, Module, Scope, type Type } from '@nestjs/common';
import { Command, CommandHandler as CqrsCommandHandler, CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import {
  Apply,
  CommandHandler,
  DomainEvent,
  type EventData,
  EventSourcingModule,
  FoldProjection,
  inProcessQueue,
  MapProjection,
  memory,
  type PipelineOptions,
  Reactor,
  Upcaster,
  WiringError,
} from '../../lib/index.js';
import { silentLogger } from '../support/silent-logger.js';

@DomainEvent('order.placed')
class Placed {
  id!: string;
}

@DomainEvent('order.shipped')
class Shipped {
  to!: string;
}

class NotAnEvent {
  any!: string;
}

class Place extends Command<unknown> {
  id!: string;
}

@CommandHandler(Place, { type: 'order.place', aggregateId: ({ id }) => id })
class PlaceHandler {
  handle(): object[] {
    return [];
  }
}

@FoldProjection({ name: 'orders' })
class Orders {
  init(): { placed: number } {
    return { placed: 0 };
  }

  @Apply(Placed)
  placed(state: { placed: number }): { placed: number } {
    return { placed: state.placed + 1 };
  }
}

const ordering: PipelineOptions = { pipeline: 'ordering', aggregateType: 'order', events: [Placed, Shipped] };

function feature(providers: Type[], options: PipelineOptions = ordering): Type {
  @Module({ imports: [EventSourcingModule.forFeature(options)], providers })
  class FeatureModule {}
  return FeatureModule;
}

async function boot(features: Type[], imports: unknown[] = [CqrsModule.forRoot()]): Promise<readonly string[]> {
  const root = EventSourcingModule.forRoot({ eventStore: memory() });
  const builder = Test.createTestingModule({ imports: [...(imports as Type[]), root, ...features] });
  try {
    const module = await builder.setLogger(silentLogger).compile();
    await (await module.init()).close();
    return [];
  } catch (error) {
    if (error instanceof WiringError) return error.problems;
    throw error;
  }
}

describe('wrong wiring stops the boot', () => {
  it('lets right wiring boot', async () => {
    expect(await boot([feature([PlaceHandler, Orders])])).toEqual([]);
  });

  it('lists everything wrong at once', async () => {
    @MapProjection({ name: 'orders', events: [Placed] })
    class Twin {
      map(): null {
        return null;
      }
    }
    @Reactor({ name: 'mail', fold: Orders, events: [Shipped] })
    class Mail {
      handle(): void {}
    }
    const problems = await boot([feature([Orders, Twin, Mail])]);
    expect(problems).toHaveLength(2);
    expect(problems).toContainEqual(expect.stringMatching(/'orders' is used by Orders and Twin: give each its own/));
    expect(problems).toContainEqual(
      expect.stringMatching(/Mail reacts to order\.shipped, which its fold orders does not take/),
    );
  });

  it('names a reactor whose fold the pipeline does not have', async () => {
    @Reactor({ name: 'mail', fold: Orders })
    class Mail {
      handle(): void {}
    }
    expect(await boot([feature([Mail])])).toEqual([
      expect.stringMatching(/Mail reacts to the fold Orders, which the pipeline 'ordering' does not have: mark it/),
    ]);
  });

  it('names timings of reactors that are none, and reactors with two of them', async () => {
    const key = ({ aggregateId }: { aggregateId: string }): string => aggregateId;
    const timings: readonly [object, RegExp][] = [
      [{ delayMs: -1 }, /^The delayMs of Mail must be an integer from 0 to/],
      [{ delayMs: Number.NaN }, /^The delayMs of Mail must be/],
      [{ debounce: { key } }, /^The debounce\.delayMs of Mail must be/],
      [{ debounce: { key, delayMs: 1, maxWaitMs: 2 ** 31 } }, /^The debounce\.maxWaitMs of Mail must be/],
      [{ throttle: { key, everyMs: 0 } }, /^The throttle\.everyMs of Mail must be an integer from 1 to/],
      [{ throttle: { key } }, /^The throttle\.everyMs of Mail must be/],
      [{ throttle: { key: 'id', everyMs: 1 } }, /^The throttle\.key of Mail must be a function/],
      [{ dedupe: { key, forMs: 0.5 } }, /^The dedupe\.forMs of Mail must be/],
      [{ dedupe: { forMs: 1 } }, /^The dedupe\.key of Mail must be a function/],
      [{ delayMs: 1, dedupe: { key, forMs: 1 } }, /^Mail has dedupe and delayMs: a reactor has no more than one/],
    ];
    for (const [timing, problem] of timings) {
      @Reactor({ name: 'mail', fold: Orders, ...timing })
      class Mail {
        handle(): void {}
      }
      expect(await boot([feature([Orders, Mail])])).toEqual([expect.stringMatching(problem)]);
    }
  });

  it('names filters that are none, and what cannot be chosen when retries end', async () => {
    const untyped = <T>(value: T): never => value as never;
    @Reactor({ name: 'mail', fold: Orders, when: untyped('always'), whenExhausted: untyped('drop') })
    class Mail {
      handle(): void {}
    }
    @MapProjection({ name: 'lines', events: [Placed], whenExhausted: untyped('fail') })
    class Lines {
      map(): null {
        return null;
      }
    }
    @CommandHandler(Place, { type: 'order.place', aggregateId: ({ id }) => id, whenExhausted: untyped('dead-letter') })
    class Placer {
      handle(): object[] {
        return [];
      }
    }
    class Parked extends Orders {}
    FoldProjection(untyped({ name: 'parked', whenExhausted: 'dead-letter' }))(Parked);
    expect((await boot([feature([Orders, Parked, Placer, Lines, Mail])])).toSorted()).toEqual([
      expect.stringMatching(/^Parked has whenExhausted: a fold always parks/),
      expect.stringMatching(/^The when of Mail must be a function, not string/),
      expect.stringMatching(/^The whenExhausted of Lines must be 'dead-letter' or 'park', not "fail"/),
      expect.stringMatching(/^The whenExhausted of Mail must be 'dead-letter' or 'park', not "drop"/),
      expect.stringMatching(/^The whenExhausted of Placer must be 'fail' or 'park', not "dead-letter"/),
    ]);
  });

  it('names what does not go with a durable reactor', async () => {
    const key = ({ aggregateId }: { aggregateId: string }): string => aggregateId;
    const cases: readonly [object, RegExp][] = [
      [
        { debounce: { key, delayMs: 1 } },
        /^Mail is durable and has debounce: a durable reactor reacts to every event, in/,
      ],
      [{ throttle: { key, everyMs: 1 } }, /^Mail is durable and has throttle/],
      [{ dedupe: { key, forMs: 1 } }, /^Mail is durable and has dedupe/],
      [{ whenExhausted: 'dead-letter' }, /^Mail is durable, and its whenExhausted is 'dead-letter'.* so it is 'park'/],
      [{ name: 'x'.repeat(300) }, /^The name of Mail must not exceed 256 bytes/],
      [{ durable: 'yes' }, /^The durable of Mail must be true or false, not string/],
      [{ exact: 1 }, /^The exact of Mail must be true or false, not number/],
    ];
    for (const [options, problem] of cases) {
      class Mail {
        handle(): void {}
      }
      Reactor({ name: 'mail', fold: Orders, durable: true, ...options } as never)(Mail);
      expect(await boot([feature([Orders, Mail])])).toEqual([expect.stringMatching(problem)]);
    }
    @Reactor({ name: 'mail', fold: Orders, durable: true, delayMs: 1, whenExhausted: 'park' })
    class Right {
      handle(): void {}
    }
    expect(await boot([feature([Orders, Right])])).toEqual([]);
  });

  it('names an event class that no pipeline declares, and a class that is no event', async () => {
    @FoldProjection({ name: 'other' })
    class Other {
      init(): object {
        return {};
      }
      @Apply(Shipped, NotAnEvent)
      shipped(state: object): object {
        return state;
      }
    }
    const problems = await boot([feature([Other], { ...ordering, events: [Placed] })]);
    expect(problems).toEqual([
      expect.stringMatching(
        /Other lists Shipped, which its pipeline does not declare: add it to the events of forFeature/,
      ),
      expect.stringMatching(/Other lists NotAnEvent, which is no event: mark it with @DomainEvent/),
    ]);
  });

  it('names handlers without their method', async () => {
    const untyped = <T>(value: T): never => value as never;
    class Bare {}
    @Injectable()
    class BareHandler extends Bare {}
    CommandHandler(Place, { type: 'order.place', aggregateId: ({ id }) => id })(untyped(BareHandler));
    class BareFold {}
    FoldProjection({ name: 'bare' })(untyped(BareFold));
    class BareMap {}
    MapProjection({ name: 'bare_map', events: [Placed] })(untyped(BareMap));
    class BareReactor {}
    Reactor({ name: 'bare_reactor', fold: untyped<Type>(BareFold) })(untyped(BareReactor));
    const problems = await boot([feature([BareHandler, BareFold, BareMap, BareReactor])]);
    expect(problems).toEqual([
      expect.stringMatching(/BareFold has no init\(\)/),
      expect.stringMatching(/BareFold takes no event/),
      expect.stringMatching(/BareHandler has no handle\(\)/),
      expect.stringMatching(/BareMap has no map\(\)/),
      expect.stringMatching(/BareReactor has no handle\(\)/),
    ]);
  });

  it('names two handlers of one command, ours or of cqrs', async () => {
    @CommandHandler(Place, { type: 'order.place_too', aggregateId: ({ id }) => id })
    class Second {
      handle(): object[] {
        return [];
      }
    }
    @CqrsCommandHandler(Place)
    class Third {
      async execute(): Promise<void> {}
    }
    const problems = await boot([feature([PlaceHandler, Second, Third])]);
    expect(problems).toEqual([
      expect.stringMatching(/The command 'Place' is used by PlaceHandler and Second/),
      expect.stringMatching(/The command Place is handled by PlaceHandler and by Third of @nestjs\/cqrs: keep one/),
    ]);
  });

  it('names the wrong import of CommandHandler', async () => {
    class Wrong {
      handle(): object[] {
        return [];
      }
    }
    CqrsCommandHandler(Place)(Wrong as never);
    expect(await boot([feature([Wrong])])).toEqual([
      expect.stringMatching(
        /Wrong takes CommandHandler from @nestjs\/cqrs.*import CommandHandler from @event-sourcing\/nestjs/,
      ),
    ]);
  });

  it('names a missing and a doubled CommandBus', async () => {
    expect(await boot([feature([PlaceHandler])], [])).toEqual([
      expect.stringMatching(/no CommandBus: import CqrsModule\.forRoot\(\)/),
    ]);
    expect(await boot([feature([PlaceHandler])], [CqrsModule.forRoot(), CqrsModule])).toEqual([
      expect.stringMatching(/2 CommandBus instances/),
    ]);
  });

  it('names a second forRoot()', async () => {
    const second = EventSourcingModule.forRoot({ eventStore: memory() });
    expect(await boot([feature([PlaceHandler])], [CqrsModule.forRoot(), second])).toEqual([
      expect.stringMatching(/forRoot\(\) is imported 2 times/),
    ]);
  });

  it('names providers outside any pipeline, in two pipelines, and modules with two pipelines', async () => {
    @Module({ providers: [Orders] })
    class Homeless {}
    expect(await boot([Homeless])).toEqual([expect.stringMatching(/Orders is in Homeless, which has no pipeline/)]);

    const other: PipelineOptions = { pipeline: 'other', aggregateType: 'other', events: [Placed] };
    expect(await boot([feature([Orders]), feature([Orders], other)])).toContainEqual(
      expect.stringMatching(/'Orders' is used by the pipeline 'ordering' and the pipeline 'other'/),
    );

    @Module({
      imports: [EventSourcingModule.forFeature(ordering), EventSourcingModule.forFeature(other)],
      providers: [Orders],
    })
    class Double {}
    expect(await boot([Double])).toEqual([
      expect.stringMatching(/Double imports EventSourcingModule\.forFeature\(\) 2 times/),
    ]);
  });

  it('names duplicate pipelines, aggregate types, event types and command types, and names that cannot be keys', async () => {
    @DomainEvent('order.placed')
    class PlacedTwin {
      id!: string;
    }
    const twin = feature([], { pipeline: 'ordering', aggregateType: 'order', events: [PlacedTwin] });
    expect(await boot([feature([]), twin])).toEqual([
      expect.stringMatching(/event type 'order\.placed' is used by Placed and PlacedTwin/),
      expect.stringMatching(/pipeline name 'ordering' is used by/),
      expect.stringMatching(/aggregate type 'order' is used by/),
    ]);
    expect(await boot([feature([], { pipeline: '', aggregateType: 'a\u0000', events: [] })])).toEqual([
      expect.stringMatching(/must not be empty/),
      expect.stringMatching(/must not contain control characters/),
    ]);
  });

  it('refuses the role web on the in-process queue, and a role that is none', async () => {
    const app = (role: string): Promise<unknown> =>
      Test.createTestingModule({
        imports: [EventSourcingModule.forRoot({ role: role as 'web', eventStore: memory() })],
      })
        .setLogger(silentLogger)
        .compile()
        .then((module) => module.init());
    await expect(app('web')).rejects.toThrow(/role 'web' hands its commands to other processes/);
    await expect(app('boss')).rejects.toThrow(/must be one of web, worker, all, not 'boss'/);
  });

  it.each(['web', 'worker', 'all'] as const)(
    'refuses a queue that processes share, in the role %s, with events that none but this one sees',
    async (role) => {
      const shared = { ...inProcessQueue(), name: 'shared', shared: true };
      const options = { role, eventStore: memory(), queue: shared };
      const testing = Test.createTestingModule({ imports: [EventSourcingModule.forRoot(options)] });
      const booting = testing
        .setLogger(silentLogger)
        .compile()
        .then((module) => module.init());
      await expect(booting).rejects.toThrow(/share the shared queue, but events are kept in memory/);
    },
  );

  it('accepts request-scoped handlers, and asks cqrs for nothing when there are no commands', async () => {
    @Injectable({ scope: Scope.REQUEST })
    @FoldProjection({ name: 'scoped' })
    class Scoped {
      init(): object {
        return {};
      }
      apply(state: object): object {
        return state;
      }
    }
    expect(await boot([feature([Scoped])], [])).toEqual([]);
  });

  it('names holes, circles and twins among upcasters, and those without upcast()', async () => {
    @DomainEvent('order.renamed', { version: 4 })
    class Renamed {
      name!: string;
    }
    const upcaster = (name: string, from: number, to?: number): Type => {
      const target = {
        [name]: class {
          upcast(data: EventData): EventData {
            return data;
          }
        },
      }[name]!;
      Upcaster({ event: Renamed, from, to })(target);
      return target;
    };
    const options = { ...ordering, events: [Renamed] };
    expect(await boot([feature([upcaster('A', 1), upcaster('B', 2, 4), upcaster('C', 3)], options)])).toEqual([]);
    expect(await boot([feature([upcaster('A', 1)], options)])).toEqual([
      expect.stringMatching(/No @Upcaster takes version 2 of order\.renamed, to which A goes/),
    ]);
    expect(await boot([feature([upcaster('A', 3), upcaster('B', 3)], options)])).toEqual([
      expect.stringMatching(/version of order\.renamed '3' is used by A and B/),
    ]);
    expect(await boot([feature([upcaster('A', 3, 5)], options)])).toEqual([
      expect.stringMatching(/A goes to version 5 of order\.renamed, whose class has version 4/),
    ]);
    expect(await boot([feature([upcaster('A', 3, 2), upcaster('B', 2, 3)], options)])).toContainEqual(
      expect.stringMatching(/A goes from version 3 to 2, which leads nowhere/),
    );
    class Bare {}
    Upcaster({ event: Placed, from: 0 })(Bare as never);
    expect(await boot([feature([Bare], options)])).toEqual([
      expect.stringMatching(/version of Bare \(from\) must be an integer from 1/),
      expect.stringMatching(/Bare has no upcast\(\)/),
      expect.stringMatching(/Bare lists Placed, which its pipeline does not declare/),
    ]);
  });
});
