import { randomUUID } from 'node:crypto';
import { Injectable, type INestApplicationContext, Logger, Module, Scope, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  Commands,
  CommandTimeoutError,
  createTenantId,
  EventSourcingModule,
  type EventSourcingModuleOptions,
  EventStore,
  FeatureFlags,
  type FeatureFlagsClass,
  GroupQueue,
  inProcessQueue,
  Projections,
  type QueueAdapter,
  type SwitchableWork,
  type TenantId,
  WiringError,
} from '../../lib/index.js';
import { redisQueue } from '../../lib/redis.js';
import { appWith, start, stream } from '../support/apps.js';
import { Add, Added, AddHandler, Additions, acme, Notify, Reset, Seen, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { survivingMemory } from '../support/memories.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { silentLogger } from '../support/silent-logger.js';

const other = createTenantId('other');
const RECHECK_MS = 30;

/** Switched by a test; asked again at each batch. */
class Switches extends FeatureFlags {
  isOff = (_work: SwitchableWork): boolean => false;
  readonly asked: SwitchableWork[] = [];

  isOn(work: SwitchableWork): boolean {
    this.asked.push(work);
    return !this.isOff(work);
  }
}

const FLAGS = { flagCacheMs: 0, flagRecheckMs: RECHECK_MS } satisfies EventSourcingModuleOptions;

const providers = [AddHandler, Totals, Additions, Notify, Seen];

function append(app: INestApplicationContext, tenantId: TenantId, ...amounts: number[]): Promise<unknown> {
  return app.get(EventStore).append(
    stream('c1', tenantId),
    amounts.map((amount) => ({ data: Added.of(amount) })),
  );
}

function total(app: INestApplicationContext, tenantId: TenantId, expected: object | null): Promise<void> {
  return eventually(async () => expect(await app.get(Projections).get(Totals, 'c1', { tenantId })).toEqual(expected));
}

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

describe.each<[string, () => QueueAdapter]>([
  ['in process', () => inProcessQueue()],
  ['over Redis', () => redisQueue({ connection: { host: redis.host, port: redis.port }, name: randomUUID() })],
])('the kill switch, %s', (_, openQueue) => {
  let flags: Switches;
  beforeEach(() => void (flags = new Switches()));

  /** A queue and a memory that outlive the application. */
  const world = () => {
    const options = { eventStore: survivingMemory(), queue: openQueue(), featureFlags: flags, ...FLAGS };
    return { boot: () => start(appWith(providers, options)) };
  };

  it('holds a fold for one tenant, while others go on, and lets it catch up and count once', async () => {
    flags.isOff = ({ kind, tenantId }) => kind === 'fold' && tenantId === acme;
    const app = await world().boot();
    for (const amount of [1, 2, 3]) await append(app, acme, amount);
    await append(app, other, 5);
    await total(app, other, { total: 5, events: 1 });
    await eventually(async () =>
      expect(await app.get(Projections).records(Additions, 'c1', { tenantId: acme })).toHaveLength(3),
    );
    const { control } = app.get(GroupQueue);
    await eventually(async () =>
      expect(await control.switchedOff()).toMatchObject([
        { component: { kind: 'fold', component: 'totals@1' }, tenantId: acme },
      ]),
    );
    await eventually(() => expect(flags.asked.filter((one) => flags.isOff(one)).length).toBeGreaterThan(3));
    expect(flags.asked[0]).toMatchObject({ pipeline: 'counting' });
    await total(app, acme, null);
    flags.isOff = () => false;
    await total(app, acme, { total: 6, events: 3 });
    // None of them was taken for a repeat, whose reactions are repeated too.
    await eventually(() => expect(app.get(Seen).reactions).toHaveLength(4));
    await eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, deadLetters: 0 }));
    expect(
      app
        .get(Seen)
        .reactions.map(({ sequence }) => sequence)
        .toSorted(),
    ).toEqual([1, 1, 2, 3]);
  });

  it('holds a reactor, and then lets it react in order, with all its attempts', async () => {
    flags.isOff = ({ kind, component }) => kind === 'reactor' && component === 'notify';
    const app = await world().boot();
    for (const amount of [1, 2, 3]) await append(app, acme, amount);
    await total(app, acme, { total: 6, events: 3 });
    await eventually(() => expect(flags.asked.filter((one) => flags.isOff(one)).length).toBeGreaterThan(3));
    expect(app.get(Seen).reactions).toEqual([]);
    flags.isOff = () => false;
    await eventually(() => expect(app.get(Seen).reactions.map(({ sequence }) => sequence)).toEqual([1, 2, 3]));
    await eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, deadLetters: 0 }));
    expect(app.get(Seen).reactions).toHaveLength(3);
  });

  it('holds commands, whose senders wait', async () => {
    flags.isOff = ({ kind, component }) => kind === 'command' && component === 'counting';
    const app = await world().boot();
    const run = (amount: number, timeoutMs: number) =>
      app.get(Commands).run(Add.of('c1', amount, `add ${amount}`), { waitFor: 'stored', timeoutMs });
    await expect(run(1, 100)).rejects.toBeInstanceOf(CommandTimeoutError);
    const waiting = [run(1, 10_000), run(2, 10_000)];
    flags.isOff = () => false;
    expect(await Promise.all(waiting)).toMatchObject([{ lastSequence: 1 }, { lastSequence: 2 }]);
  });

  it('lets everything go on while the service fails', async () => {
    flags.isOff = () => {
      throw new Error('The flag service is down');
    };
    const app = await world().boot();
    await expect(app.get(Commands).run(Add.of('c1', 4))).resolves.toMatchObject({ status: 'stored' });
    await total(app, acme, { total: 4, events: 1 });
    await eventually(() => expect(app.get(Seen).reactions).toHaveLength(1));
  });

  it('loses nothing when the process ends while it holds', async () => {
    flags.isOff = ({ kind }) => kind === 'fold' || kind === 'map';
    const { boot } = world();
    const first = await boot();
    await append(first, acme, 1, 2);
    await append(first, acme, 3);
    await eventually(async () => expect(await first.get(GroupQueue).control.switchedOff()).toHaveLength(2));
    await first.close();
    flags.isOff = ({ kind }) => kind === 'fold';
    const second = await boot();
    await eventually(async () =>
      expect(await second.get(Projections).records(Additions, 'c1', { tenantId: acme })).toHaveLength(3),
    );
    await total(second, acme, null);
    flags.isOff = () => false;
    await total(second, acme, { total: 6, events: 3 });
    await eventually(() =>
      expect(
        second
          .get(Seen)
          .reactions.map(({ sequence }) => sequence)
          .toSorted(),
      ).toEqual([1, 2, 3]),
    );
  });
});

describe('the kill switch at the end of an in-process queue', () => {
  afterEach(() => void vi.restoreAllMocks());

  it('is not waited for, and the log says what stays', async () => {
    const lines: unknown[] = [];
    const log = (line: unknown): void => void lines.push(line);
    const flags = new Switches();
    flags.isOff = ({ kind }) => kind === 'fold';
    const options = { featureFlags: flags, ...FLAGS, queue: inProcessQueue({ drainTimeoutMs: 30_000 }) };
    const logger = { log: () => {}, error: log, warn: log };
    const app = await start(appWith([Totals], options), (builder) => builder.setLogger(logger));
    await append(app, acme, 1);
    await eventually(async () => expect(await app.get(GroupQueue).control.switchedOff()).toHaveLength(1));
    await app.close();
    Logger.overrideLogger(silentLogger);
    expect(lines).toContainEqual(
      expect.objectContaining({
        message: 'Stopped with unfinished jobs',
        jobs: 1,
        switchedOff: ['fold:totals@1 of acme'],
      }),
    );
  });
});

describe('feature flags of the application', () => {
  @Injectable()
  class FlagSource {
    off: string[] = ['fold'];
  }
  @Injectable()
  class LaunchFlags extends FeatureFlags {
    constructor(
      private readonly source: FlagSource,
      // Made by the module that asks it.
      private readonly store: EventStore,
    ) {
      super();
    }
    async isOn({ kind }: SwitchableWork): Promise<boolean> {
      return this.store instanceof EventStore && !this.source.off.includes(kind);
    }
  }
  @Module({ providers: [FlagSource, LaunchFlags], exports: [FlagSource] })
  class FlagsModule {}

  async function holds(app: INestApplicationContext): Promise<void> {
    await append(app, acme, 1);
    await eventually(async () => expect(await app.get(GroupQueue).control.switchedOff()).toHaveLength(1));
    app.get(FlagSource).off = [];
    await total(app, acme, { total: 1, events: 1 });
  }

  it('may be a provider of any module, with dependencies of its own', async () => {
    await holds(await start(appWith([Totals], { featureFlags: LaunchFlags, ...FLAGS }, [FlagsModule])));
  });

  it('may be an object that forRootAsync() injects', async () => {
    @Injectable()
    class SimpleFlags extends FeatureFlags {
      constructor(private readonly source: FlagSource) {
        super();
      }
      isOn({ kind }: SwitchableWork): boolean {
        return !this.source.off.includes(kind);
      }
    }
    @Module({ providers: [FlagSource, SimpleFlags], exports: [FlagSource, SimpleFlags] })
    class SimpleFlagsModule {}
    @Module({
      imports: [
        EventSourcingModule.forFeature({ pipeline: 'counting', aggregateType: 'counter', events: [Added, Reset] }),
      ],
      providers: [Totals],
    })
    class CountingModule {}
    @Module({
      imports: [
        CqrsModule.forRoot(),
        EventSourcingModule.forRootAsync({
          imports: [SimpleFlagsModule],
          inject: [SimpleFlags],
          useFactory: (featureFlags: SimpleFlags) => ({ featureFlags, ...FLAGS }),
        }),
        CountingModule,
      ],
    })
    class AppModule {}
    await holds(await start(AppModule));
  });

  it('can be replaced in a test', async () => {
    const flags = new Switches();
    flags.isOff = ({ kind }) => kind === 'fold';
    const app = await start(appWith([Totals], FLAGS), (builder) =>
      builder.setLogger(silentLogger).overrideProvider(FeatureFlags).useValue(flags),
    );
    await append(app, acme, 1);
    await eventually(async () => expect(await app.get(GroupQueue).control.switchedOff()).toHaveLength(1));
    expect(app.get(FeatureFlags)).toBe(flags);
  });

  it('stop the boot where their class is no provider, or has a scope', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class ScopedFlags extends FeatureFlags {
      isOn(): boolean {
        return true;
      }
    }
    @Module({ providers: [ScopedFlags] })
    class ScopedModule {}
    const cases: readonly [FeatureFlagsClass, Type[], RegExp][] = [
      [LaunchFlags, [], /The featureFlags of forRoot\(\), LaunchFlags, is no provider of the application: add/],
      [ScopedFlags, [ScopedModule], /The featureFlags of forRoot\(\), ScopedFlags, has a scope: let there be one/],
    ];
    for (const [featureFlags, imports, problem] of cases) {
      const booting = Test.createTestingModule({ imports: [appWith([], { featureFlags }, imports)] }).compile();
      await expect(booting).rejects.toBeInstanceOf(WiringError);
      await expect(booting).rejects.toThrow(problem);
    }
  });

  it('stop the boot where they cannot be asked, and at times that are none', async () => {
    for (const featureFlags of [{}, 'on', null] as never[]) {
      const booting = Test.createTestingModule({ imports: [appWith([], { featureFlags })] }).compile();
      await expect(booting).rejects.toMatchObject({ field: 'EventSourcingModule.forRoot().featureFlags' });
    }
    for (const option of ['flagCacheMs', 'flagRecheckMs', 'flagTimeoutMs']) {
      const booting = Test.createTestingModule({ imports: [appWith([], { [option]: -1 })] }).compile();
      await expect(booting).rejects.toMatchObject({ field: `EventSourcingModule.forRoot().${option}` });
    }
  });
});
