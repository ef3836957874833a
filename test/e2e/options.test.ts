import { Injectable, Module } from '@nestjs/common';
import { Command, CommandBus, CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import {
  CommandHandler,
  type CommandReceipt,
  createTenantId,
  DomainEvent,
  EventSourcingModule,
  type EventSourcingModuleOptions,
  type EventSourcingOptionsFactory,
  EventStore,
  FoldProjection,
  InvalidArgumentError,
  InvalidCommandError,
  InvalidEventError,
  inProcessQueue,
  type InProcessQueueOptions,
  MapProjection,
  memory,
  Reactor,
  type StandardSchema,
  WiringError,
} from '../../lib/index.js';
import { appWith, start, stream } from '../support/apps.js';
import { collect } from '../support/collect.js';
import { Add, Added, AddHandler, acme } from '../support/counter-app.js';
import { silentLogger } from '../support/silent-logger.js';

const NO_COUNTS = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '5' as unknown as number];

describe('options outside their range', () => {
  it.each(['commandTimeoutMs', 'maxEventBytes', 'maxCommandBytes', 'maxLiveReads'] as const)(
    'are refused for %s of forRoot()',
    async (option) => {
      for (const value of NO_COUNTS) {
        const booting = Test.createTestingModule({
          imports: [appWith([], { eventStore: memory(), [option]: value })],
        }).compile();
        await expect(booting).rejects.toBeInstanceOf(InvalidArgumentError);
        await expect(booting).rejects.toMatchObject({ field: `EventSourcingModule.forRoot().${option}` });
      }
    },
  );

  it('are refused for foldCacheBytes of forRoot(), which may be 0', async () => {
    for (const value of NO_COUNTS.filter((one) => one !== 0)) {
      const booting = Test.createTestingModule({ imports: [appWith([], { foldCacheBytes: value })] }).compile();
      await expect(booting).rejects.toMatchObject({ field: 'EventSourcingModule.forRoot().foldCacheBytes' });
    }
    await start(appWith([], { foldCacheBytes: 0 }));
  });

  it('are refused for rebuilds of forRoot(), which may be 0, as is a name of no projection', async () => {
    for (const value of NO_COUNTS.filter((one) => one !== 0)) {
      const booting = Test.createTestingModule({ imports: [appWith([], { rebuilds: { visits: value } })] }).compile();
      await expect(booting).rejects.toMatchObject({ field: 'EventSourcingModule.forRoot().rebuilds.visits' });
    }
    const booting = Test.createTestingModule({ imports: [appWith([], { rebuilds: { visits: 0 } })] }).compile();
    await expect(booting).rejects.toBeInstanceOf(WiringError);
    await expect(booting).rejects.toThrow("'visits', which is no projection");
  });

  it.each([
    'concurrency',
    'commandConcurrency',
    'maxWaitingCommands',
    'maxWaitingJobs',
    'maxWaitingJobsPerTenant',
    'drainTimeoutMs',
  ] satisfies (keyof InProcessQueueOptions)[])('are refused for %s of inProcessQueue()', (option) => {
    for (const value of NO_COUNTS) {
      expect(() => inProcessQueue({ [option]: value })).toThrow(InvalidArgumentError);
      expect(() => inProcessQueue({ [option]: value })).toThrow(`inProcessQueue.${option} must be an integer`);
    }
    expect(() => inProcessQueue({ [option]: 1 })).not.toThrow();
  });

  it('are refused for maxDelayedJobsPerTenant of inProcessQueue(), which may be 0', () => {
    for (const value of NO_COUNTS.filter((one) => one !== 0)) {
      expect(() => inProcessQueue({ maxDelayedJobsPerTenant: value })).toThrow(
        'inProcessQueue.maxDelayedJobsPerTenant must be an integer from 0',
      );
    }
    expect(() => inProcessQueue({ maxDelayedJobsPerTenant: 0 })).not.toThrow();
  });

  it('are reported together for the decorators', async () => {
    const none = Number.NaN;
    const nothing = 'counterId' as never;
    @CommandHandler(Add, {
      type: 'counter.add',
      aggregateId: nothing,
      commandId: nothing,
      tenantId: nothing,
      maxAttempts: 0,
      timeoutMs: none,
    })
    class Handler {
      handle(): object[] {
        return [];
      }
    }
    @FoldProjection({
      name: 'fold',
      version: 65_536,
      maxBatchEvents: -3,
      maxStateBytes: 4_194_305,
      maxAttempts: none,
      timeoutMs: 0,
    })
    class Fold {
      init(): object {
        return {};
      }
      apply(state: object): object {
        return state;
      }
    }
    @MapProjection({ name: 'map', events: [Added], version: 0, maxBatchEvents: 0, maxAttempts: 1.5, timeoutMs: 5e12 })
    class Map {
      map(): null {
        return null;
      }
    }
    @Reactor({
      name: 'reactor',
      fold: Fold,
      maxAttempts: 0,
      timeoutMs: -1,
      debounce: { key: nothing, delayMs: 5e12, maxWaitMs: -1 },
    })
    class React {
      handle(): void {}
    }
    const error: unknown = await Test.createTestingModule({ imports: [appWith([Handler, Fold, Map, React])] })
      .setLogger(silentLogger)
      .compile()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WiringError);
    const problems = (error as WiringError).problems.map(
      (problem) => /^The (.*) must be/.exec(problem)?.[1] ?? problem,
    );
    const of = (owner: string, ...names: string[]): string[] => names.map((name) => `${name} of ${owner}`);
    expect(problems.toSorted()).toEqual(
      [
        ...of('Handler', 'aggregateId', 'commandId', 'tenantId', 'maxAttempts', 'timeoutMs'),
        ...of('Fold', 'version', 'maxBatchEvents', 'maxStateBytes', 'maxAttempts', 'timeoutMs'),
        ...of('Map', 'version', 'maxBatchEvents', 'maxAttempts', 'timeoutMs'),
        ...of('React', 'maxAttempts', 'timeoutMs', 'debounce.key', 'debounce.delayMs', 'debounce.maxWaitMs'),
      ].toSorted(),
    );
  });
});

describe('forRootAsync()', () => {
  it('is configured by a factory, a class or an existing provider', async () => {
    @Injectable()
    class Options implements EventSourcingOptionsFactory {
      createEventSourcingOptions(): EventSourcingModuleOptions {
        return { eventStore: memory(), maxCommandBytes: 10 };
      }
    }
    @Module({ providers: [Options], exports: [Options] })
    class OptionsModule {}
    const roots = [
      EventSourcingModule.forRootAsync({ useFactory: async () => ({ eventStore: memory(), maxCommandBytes: 10 }) }),
      EventSourcingModule.forRootAsync({ useClass: Options }),
      EventSourcingModule.forRootAsync({ imports: [OptionsModule], useExisting: Options }),
    ];
    for (const root of roots) {
      @Module({
        imports: [EventSourcingModule.forFeature({ pipeline: 'counting', aggregateType: 'counter', events: [Added] })],
        providers: [AddHandler],
      })
      class CountingModule {}
      @Module({ imports: [CqrsModule.forRoot(), root, CountingModule] })
      class AppModule {}
      const app = await start(AppModule);
      await expect(app.get(CommandBus).execute(Add.of('c1', 1))).rejects.toThrow(/the limit is 10/);
    }
  });
});

describe('maxEventBytes', () => {
  it('bounds events, of commands and appended directly', async () => {
    const app = await start(appWith([AddHandler], { maxEventBytes: 12 }));
    await expect(app.get(CommandBus).execute(Add.of('c1', 1))).resolves.toMatchObject({ status: 'stored' });
    await expect(app.get(CommandBus).execute(Add.of('c1', 1_000))).rejects.toMatchObject({
      failureCode: 'INVALID_EVENT',
      message: expect.stringMatching(/15 bytes as JSON, the limit is 12/),
    });
    await expect(app.get(EventStore).append(stream('c1'), [{ data: Added.of(1_000) }])).rejects.toBeInstanceOf(
      InvalidEventError,
    );
  });
});

/** A Standard Schema that wants a text in one property. */
const textIn = (property: string): StandardSchema => ({
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof (value as Record<string, unknown>)[property] === 'string'
        ? {}
        : { issues: [{ message: 'wants a text', path: [property] }] },
  },
});

@DomainEvent('note.written', { schema: textIn('text') })
class Written {
  text!: unknown;
}

class Write extends Command<CommandReceipt> {
  title!: unknown;
  text!: unknown;
  owner = 'globex';
}

@CommandHandler(Write, {
  type: 'note.write',
  aggregateId: () => 'n1',
  schema: textIn('title'),
  tenantId: ({ owner }) => createTenantId(owner),
})
class WriteHandler {
  handle({ text }: Write): object[] {
    return [Object.assign(new Written(), { text })];
  }
}

describe('options of commands and events', () => {
  const startNotes = async () => {
    @Module({
      imports: [EventSourcingModule.forFeature({ pipeline: 'notes', aggregateType: 'note', events: [Written] })],
      providers: [WriteHandler],
    })
    class Notes {}
    @Module({ imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot(), Notes] })
    class Root {}
    const app = await start(Root);
    const write = (fields: Partial<Write>): Promise<CommandReceipt> =>
      app.get(CommandBus).execute(Object.assign(new Write(), { title: 'A', text: 'B' }, fields));
    return { store: app.get(EventStore), write };
  };
  const note = (tenantId: string) => ({
    tenantId: createTenantId(tenantId),
    aggregateType: 'note',
    aggregateId: 'n1',
  });

  it('let a function say the tenant of a command', async () => {
    const { store, write } = await startNotes();
    await write({ owner: 'globex' });
    await write({ owner: 'initech' });
    expect(await store.head(note('globex'))).toBe(1);
    expect(await collect(store.read(note('initech')))).toMatchObject([{ tenantId: 'initech', data: { text: 'B' } }]);
    expect(await store.head(note(acme))).toBe(0);
    await expect(write({ owner: '' })).rejects.toThrow(/tenant id must not be empty/);
  });

  it('validate commands and events by their schemas', async () => {
    const { store, write } = await startNotes();
    const invalid = write({ title: 5 });
    await expect(invalid).rejects.toBeInstanceOf(InvalidCommandError);
    await expect(invalid).rejects.toThrow(/title.*wants a text/);
    await expect(write({ text: 5 })).rejects.toMatchObject({
      failureCode: 'INVALID_EVENT',
      message: expect.stringMatching(/text.*wants a text/),
    });
    await expect(store.append(note('globex'), [{ data: new Written() }])).rejects.toBeInstanceOf(InvalidEventError);
    await expect(write({})).resolves.toMatchObject({ status: 'stored', lastSequence: 1 });
  });
});
