import { Global, Injectable, Module, type OnApplicationBootstrap, type OnModuleInit, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { describe, expect, it } from 'vitest';
import {
  ClosedError,
  type CommandReceipt,
  CommandHandler,
  EventSourcingModule,
  EventStore,
  NotReadyError,
  Reactor,
  type RecordedEvent,
} from '../../lib/index.js';
import { appWith, start, stream } from '../support/apps.js';
import { Add, Added, AddHandler, Notify, Reset, Seen, Totals } from '../support/counter-app.js';
import { gate } from '../support/gate.js';

describe('starting', () => {
  it('refuses a command in onModuleInit at once, and says where to execute it', async () => {
    let refusal: unknown;
    @Injectable()
    class Seed implements OnModuleInit {
      constructor(private readonly bus: CommandBus) {}
      async onModuleInit(): Promise<void> {
        refusal = await this.bus.execute(Add.of('c1', 1)).catch((error: unknown) => error);
      }
    }
    const app = await start(appWith([AddHandler, Seed]));
    expect(refusal).toBeInstanceOf(NotReadyError);
    expect(refusal).toMatchObject({ message: expect.stringMatching(/onApplicationBootstrap/) });
    expect(await app.get(EventStore).head(stream('c1'))).toBe(0);
  });

  it('takes commands in onApplicationBootstrap, of feature modules and of the root', async () => {
    const receipts: CommandReceipt[] = [];
    @Injectable()
    class Seed implements OnApplicationBootstrap {
      constructor(private readonly bus: CommandBus) {}
      async onApplicationBootstrap(): Promise<void> {
        receipts.push(await this.bus.execute(Add.of('c1', 1)));
      }
    }
    @Module({ imports: [appWith([AddHandler, Seed])], providers: [Seed] })
    class Root {}
    await start(Root);
    expect(receipts).toMatchObject([{ lastSequence: 1 }, { lastSequence: 2 }]);
  });
});

describe('stopping', () => {
  it('finishes what was accepted, lets debounced reactions run, and takes nothing more', async () => {
    const reactions: number[] = [];
    @Reactor({ name: 'quiet', fold: Totals, debounce: { key: ({ aggregateId }) => aggregateId, delayMs: 60_000 } })
    class Quiet {
      handle(event: RecordedEvent): void {
        reactions.push(event.sequence);
      }
    }
    const app = await start(appWith([AddHandler, Totals, Quiet, Notify, Seen]));
    const bus = app.get(CommandBus);
    const accepted = [1, 2, 3].map((amount) => bus.execute(Add.of('c1', amount)));
    const closing = app.close();
    expect((await Promise.all(accepted)).map((receipt) => (receipt as { lastSequence: number }).lastSequence)).toEqual([
      1, 2, 3,
    ]);
    await expect(bus.execute(Add.of('c1', 4))).rejects.toBeInstanceOf(ClosedError);
    await closing;
    expect(app.get(Seen).reactions.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(reactions).toEqual([3]);
  });

  it.each(['a feature module', 'the root module', 'a global module'])(
    'drains while the providers of %s are alive',
    async (place) => {
      const database = { isOpen: true };
      const uses: [string, boolean][] = [];
      const busy = gate();
      @Injectable()
      class Database {
        onModuleDestroy(): void {
          database.isOpen = false;
        }
      }
      @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId })
      class Handler {
        async handle({ amount }: Add): Promise<object[]> {
          await busy.opened;
          uses.push([`handle ${amount}`, database.isOpen]);
          return [Added.of(amount)];
        }
      }
      @Reactor({ name: 'use', fold: Totals })
      class Use {
        handle({ sequence }: RecordedEvent): void {
          uses.push([`react ${sequence}`, database.isOpen]);
        }
      }
      const providersOf = (module: string): Type[] => (module === place ? [Database] : []);
      @Global()
      @Module({ providers: providersOf('a global module') })
      class GlobalModule {}
      @Module({
        imports: [
          EventSourcingModule.forFeature({ pipeline: 'counting', aggregateType: 'counter', events: [Added, Reset] }),
        ],
        providers: [Handler, Totals, Use, ...providersOf('a feature module')],
      })
      class Counting {}
      @Module({
        imports: [GlobalModule, Counting, CqrsModule.forRoot(), EventSourcingModule.forRoot()],
        providers: providersOf('the root module'),
      })
      class Root {}
      const app = await NestFactory.createApplicationContext(Root, { logger: false });
      const accepted = [1, 2].map((amount) => app.get(CommandBus).execute(Add.of('c1', amount)));
      const closing = app.close();
      busy.open();
      await Promise.all(accepted);
      await closing;
      expect(database.isOpen).toBe(false);
      expect(uses.toSorted()).toEqual(['handle 1', 'handle 2', 'react 1', 'react 2'].map((use) => [use, true]));
    },
  );
});
