import { Module, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import {
  Apply,
  DomainEvent,
  EventSourcingModule,
  FoldProjection,
  type FoldProjectionOptions,
  memory,
  Reactor,
  WiringError,
} from '../../lib/index.js';
import { silentLogger } from '../support/silent-logger.js';

@DomainEvent('wiring.placed')
class Placed {}

@DomainEvent('wiring.visited')
class Visited {}

@DomainEvent('wiring.undeclared')
class Undeclared {}

class Counts {
  init(): number {
    return 0;
  }
}

class CountsPlaced extends Counts {
  @Apply(Placed)
  placed(count: number): number {
    return count + 1;
  }
}

class CountsAll extends Counts {
  apply(count: number): number {
    return count + 1;
  }
}

function fold(options: Partial<FoldProjectionOptions>, base: Type = CountsPlaced): Type {
  class Fold extends base {}
  FoldProjection({ name: 'counts', ...options })(Fold as Type<CountsAll>);
  return Fold;
}

function feature(pipeline: string, events: Type[], providers: Type[]): Type {
  const imports = [EventSourcingModule.forFeature({ pipeline, aggregateType: pipeline, events })];
  @Module({ imports, providers })
  class FeatureModule {}
  return FeatureModule;
}

/** With a pipeline of orders, one of visits, and a module of neither. */
async function boot({ orders = [], plain = [] }: { orders?: Type[]; plain?: Type[] }): Promise<readonly string[]> {
  @Module({ providers: plain })
  class PlainModule {}
  const imports = [
    CqrsModule.forRoot(),
    EventSourcingModule.forRoot({ eventStore: memory() }),
    feature('orders', [Placed], orders),
    feature('visits', [Visited], []),
    PlainModule,
  ];
  try {
    const module = await Test.createTestingModule({ imports }).setLogger(silentLogger).compile();
    await (await module.init()).close();
    return [];
  } catch (error) {
    if (error instanceof WiringError) return error.problems;
    throw error;
  }
}

const key = () => 'k';

describe('folds with keys are wired', () => {
  it('with what they need', async () => {
    expect(await boot({ orders: [fold({ key })] })).toEqual([]);
    expect(await boot({ orders: [fold({ key, events: [Placed], maxKeys: 1_000 }, CountsAll)] })).toEqual([]);
    expect(await boot({ plain: [fold({ key, pipeline: 'all' })] })).toEqual([]);
    expect(await boot({ plain: [fold({ key, pipeline: 'all' }, CountsAll)] })).toEqual([]);
    expect(await boot({ orders: [fold({ key, pipeline: 'all', events: [Placed, Visited] }, CountsAll)] })).toEqual([]);
  });

  it('not over all pipelines without a key', async () => {
    expect(await boot({ plain: [fold({ pipeline: 'all' })] })).toEqual([
      'Fold takes events of all pipelines, which have no aggregate in common: give it a key(event) that names the rows ' +
        'which an event counts for.',
    ]);
  });

  it('with a pipeline of their own unless they go over all', async () => {
    expect(await boot({ plain: [fold({ key })] })).toEqual([
      'Fold is in PlainModule, which has no pipeline: import EventSourcingModule.forFeature() there, or move the class.',
    ]);
    expect(await boot({ orders: [fold({ key, events: [Visited] }, CountsAll)] })).toEqual([
      "Fold lists Visited, which its pipeline does not declare: add it to the events of forFeature({ pipeline: 'orders' }).",
    ]);
    expect(await boot({ plain: [fold({ key, pipeline: 'all', events: [Undeclared] }, CountsAll)] })).toEqual([
      'Fold lists Undeclared, which no pipeline declares: add it to the events of one.',
    ]);
    expect(await boot({ orders: [fold({ key, pipeline: 'orders' as 'all' })] })).toEqual([
      "The pipeline of Fold must be 'all' or left out, not orders: its module says which it is.",
    ]);
  });

  it('with a key that is one, and bounds that make sense', async () => {
    expect(await boot({ orders: [fold({ key: 'customer' as unknown as () => string })] })).toEqual([
      'The key of Fold must be a function, not string.',
    ]);
    expect(await boot({ orders: [fold({ key, maxKeys: 1_001 })] })).toEqual([
      'The maxKeys of Fold must be an integer from 1 to 1000, not 1001.',
    ]);
    expect(await boot({ orders: [fold({ maxKeys: 5 })] })).toEqual([
      'Fold has maxKeys and no key: give it a key(event), or leave maxKeys out.',
    ]);
  });

  it('with the events that their key is typed by', async () => {
    expect(await boot({ plain: [fold({ key, pipeline: 'all', events: [Visited] })] })).toEqual([
      'Fold applies wiring.placed, which its events do not list: add it there.',
      'Fold lists wiring.visited and does not take it: give it an apply(), or a method with @Apply().',
    ]);
  });

  it('with names that leave room for what is kept of them', async () => {
    const name = 'n'.repeat(256);
    const aggregateType = 'a'.repeat(300);
    @Module({
      imports: [EventSourcingModule.forFeature({ pipeline: 'long', aggregateType, events: [Placed] })],
      providers: [fold({ name, key })],
    })
    class LongModule {}
    const imports = [CqrsModule.forRoot(), EventSourcingModule.forRoot({ eventStore: memory() }), LongModule];
    const booting = Test.createTestingModule({ imports }).setLogger(silentLogger).compile();
    await expect(booting).rejects.toMatchObject({
      problems: [
        `The name of Fold together with the aggregate type '${aggregateType}' must not exceed 512 bytes: shorten one of them.`,
      ],
    });
  });

  it('with reactors beside them, wherever they stand', async () => {
    const global = fold({ key, pipeline: 'all' });
    @Reactor({ name: 'reacts', fold: global as Type<{ init(): number }> })
    class Reacts {
      handle(): void {}
    }
    expect(await boot({ plain: [global, Reacts] })).toEqual([]);
    expect(await boot({ plain: [global], orders: [Reacts] })).toEqual([]);
    expect((await boot({ plain: [Reacts] }))[0]).toMatch(/^Reacts reacts to the fold Fold, which the pipeline/);
  });

  it('under a name that no pipeline has', async () => {
    const taken = feature('global_projections', [Placed], []);
    const imports = [CqrsModule.forRoot(), EventSourcingModule.forRoot({ eventStore: memory() }), taken];
    const booting = Test.createTestingModule({ imports }).setLogger(silentLogger).compile();
    await expect(booting).rejects.toMatchObject({
      problems: ["The pipeline name 'global_projections' is that of folds over all pipelines: choose another."],
    });
  });
});
