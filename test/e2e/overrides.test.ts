import { setTimeout as delay } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { OverrideBy, TestingModuleBuilder } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { Projections } from '../../lib/index.js';
import { appWith, start } from '../support/apps.js';
import { Add, Added, AddHandler, Additions, acme, Notify, Seen, type Total, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { silentLogger } from '../support/silent-logger.js';

// What a test puts in the place of a provider bears no decorator, and may be no class at all.
class FakeHandler {
  handle(): object[] {
    return [Added.of(77)];
  }
}

class FakeFold {
  init(): Total {
    return { total: 0, events: 0 };
  }
  added(): Total {
    return { total: -1, events: -1 };
  }
  reset(): null {
    return null;
  }
}

class FakeMap {
  map(): { amount: number } {
    return { amount: -5 };
  }
}

let reactions: number[] = [];

class FakeReactor {
  handle({ sequence }: { sequence: number }): void {
    reactions.push(sequence);
  }
}

const tenant = { tenantId: acme };
const total = (app: INestApplicationContext) => app.get(Projections).get(Totals, 'c1', tenant);

const KINDS = [
  {
    kind: 'command handler',
    provider: AddHandler,
    fake: FakeHandler,
    isUsed: async (app: INestApplicationContext) => expect(await total(app)).toEqual({ total: 77, events: 1 }),
  },
  {
    kind: 'fold',
    provider: Totals,
    fake: FakeFold,
    isUsed: async (app: INestApplicationContext) => expect(await total(app)).toEqual({ total: -1, events: -1 }),
  },
  {
    kind: 'map',
    provider: Additions,
    fake: FakeMap,
    isUsed: async (app: INestApplicationContext) =>
      expect(await app.get(Projections).records(Additions, 'c1', tenant)).toMatchObject([{ record: { amount: -5 } }]),
  },
  {
    kind: 'reactor',
    provider: Notify,
    fake: FakeReactor,
    isUsed: (app: INestApplicationContext) => {
      expect(reactions).toEqual([1]);
      expect(app.get(Seen).reactions).toEqual([]);
    },
  },
] as const;

const WAYS: readonly [string, (override: OverrideBy, fake: new () => object) => TestingModuleBuilder][] = [
  [
    'a plain object',
    (override, fake) => {
      const instance = new fake() as Record<string, (...args: unknown[]) => unknown>;
      const methods = ['handle', 'init', 'added', 'reset', 'map'].filter(
        (name) => typeof instance[name] === 'function',
      );
      return override.useValue(Object.fromEntries(methods.map((name) => [name, instance[name]!.bind(instance)])));
    },
  ],
  ['an instance', (override, fake) => override.useValue(new fake())],
  ['a class', (override, fake) => override.useClass(fake)],
  ['a factory', (override, fake) => override.useFactory({ factory: () => new fake() })],
  [
    'an asynchronous factory',
    (override, fake) =>
      override.useFactory({
        factory: async () => {
          await delay(20);
          return new fake();
        },
      }),
  ],
];

describe.each(KINDS)('a $kind that a test overrides', ({ provider, fake, isUsed }) => {
  it.each(WAYS)('is replaced by %s', async (_, overrideWith) => {
    reactions = [];
    const app = await start(appWith([AddHandler, Totals, Additions, Notify, Seen]), (builder) =>
      overrideWith(builder.setLogger(silentLogger).overrideProvider(provider), fake),
    );
    await app.get(CommandBus).execute(Add.of('c1', 5));
    await eventually(() => isUsed(app));
  });
});

describe('a handler that is provided under another token', () => {
  it('is found by its instance', async () => {
    const handler = new AddHandler();
    const app = await start(appWith([{ provide: 'adding', useValue: handler }]));
    await expect(app.get(CommandBus).execute(Add.of('c1', 5))).resolves.toMatchObject({ status: 'stored' });
    expect(handler.calls).toBe(1);
  });
});
