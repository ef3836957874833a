import { Logger, Module } from '@nestjs/common';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  EventSourcingHealth,
  EventSourcingModule,
  type EventSourcingModuleOptions,
  EventStore,
  memory,
  Projections,
  type Storage,
  StoreUnavailableError,
  WiringError,
} from '../../lib/index.js';
import { appWith, start, stream } from '../support/apps.js';
import { Add, Added, AddHandler, acme, counterApp, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { tamperedMemory } from '../support/memories.js';
import { silentLogger } from '../support/silent-logger.js';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const boot = async (root: Parameters<typeof start>[0]): Promise<void> => {
  const module = await Test.createTestingModule({ imports: [root] })
    .setLogger(silentLogger)
    .compile();
  await module.init();
};

describe('a boot that fails', () => {
  it.each<[string, EventSourcingModuleOptions, boolean]>([
    ['two roots', {}, true],
    ['the role web on an in-process queue', { role: 'web' }, false],
  ])('opens no storage for %s', async (_, options, twice) => {
    const eventStore = memory();
    const open = vi.spyOn(eventStore, 'open');
    const second = twice ? [EventSourcingModule.forRoot({ eventStore, maxEventBytes: 5_000 })] : [];
    await expect(boot(appWith([AddHandler, Totals], { eventStore, ...options }, second))).rejects.toBeInstanceOf(
      WiringError,
    );
    expect(open).not.toHaveBeenCalled();
  });

  it.each<[string, (storage: Storage, fail: () => never) => void]>([
    ['the births of folds cannot be read', ({ projections }, fail) => void (projections.load = async () => fail())],
    [
      'the log cannot be compared with the projections',
      ({ projections }, fail) => void (projections.sequences = () => fail()),
    ],
    ['the log cannot be read', ({ events }, fail) => void (events.heads = () => fail())],
  ])('closes the storage when %s', async (_, breakIt) => {
    let closed = 0;
    const eventStore = tamperedMemory((storage) => {
      breakIt(storage, () => {
        throw new StoreUnavailableError('The store is away');
      });
      const close = storage.close.bind(storage);
      storage.close = async () => {
        closed += 1;
        await close();
      };
    });
    await expect(boot(appWith([AddHandler, Totals], { eventStore }))).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(closed).toBe(1);
  });

  it('names a forFeature() without a forRoot()', async () => {
    @Module({
      imports: [EventSourcingModule.forFeature({ pipeline: 'counting', aggregateType: 'counter', events: [Added] })],
      providers: [AddHandler],
    })
    class Counting {}
    @Module({ imports: [CqrsModule.forRoot(), Counting] })
    class Root {}
    const booting = boot(Root);
    await expect(booting).rejects.toBeInstanceOf(WiringError);
    await expect(booting).rejects.toThrow(
      /forFeature\(\), but no forRoot\(\): import EventSourcingModule\.forRoot\(\)/,
    );
  });
});

describe('roles', () => {
  it('takes the role from the environment, and consumes what is appended as a worker', async () => {
    vi.stubEnv('EVENT_SOURCING_ROLE', 'worker');
    const log = vi.spyOn(Logger.prototype, 'log');
    const app = await start(counterApp({ eventStore: memory() }));
    expect(log).toHaveBeenCalledWith(expect.objectContaining({ message: 'Consuming', role: 'worker' }));
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(3) }]);
    await eventually(async () => {
      expect(await app.get(Projections).get(Totals, 'c1', { tenantId: acme })).toEqual({ total: 3, events: 1 });
    });
  });

  it('prefers the option to the environment, and refuses a word there that is no role', async () => {
    vi.stubEnv('EVENT_SOURCING_ROLE', 'web');
    await expect(boot(counterApp({ eventStore: memory() }))).rejects.toThrow(/role 'web'/);
    await start(counterApp({ eventStore: memory(), role: 'worker' }));
    vi.stubEnv('EVENT_SOURCING_ROLE', 'boss');
    await expect(boot(counterApp({ eventStore: memory() }))).rejects.toThrow(/EVENT_SOURCING_ROLE.*not 'boss'/);
  });
});

describe('warnings at boot', () => {
  it('boots without options on memory, with a warning', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn');
    const app = await start(counterApp());
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/gone with this process: name an eventStore/));
    warn.mockRestore();
    await expect(app.get(EventSourcingHealth).check()).resolves.toBeUndefined();
    await expect(app.get(CommandBus).execute(Add.of('c1', 1))).resolves.toMatchObject({ status: 'stored' });
  });

  it('leaves a memory that was asked for alone', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn');
    await start(counterApp({ eventStore: memory() }));
    expect(warn).not.toHaveBeenCalled();
  });

  it('are warned of, since their tokens are strange to each other', async () => {
    const copies = globalThis as { [key: symbol]: number };
    const key = Symbol.for('@event-sourcing/nestjs:copies');
    const warn = vi.spyOn(Logger.prototype, 'warn');
    copies[key]! += 1;
    try {
      await start(counterApp());
      expect(warn).toHaveBeenCalledWith(expect.stringMatching(/2 copies of @event-sourcing\/nestjs are loaded/));
    } finally {
      copies[key]! -= 1;
      warn.mockRestore();
    }
  });
});
