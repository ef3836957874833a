import { Inject, type INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clickhouse } from '../../lib/clickhouse.js';
import {
  type AggregateCommandHandler,
  type CommandContext,
  CommandHandler,
  Commands,
  EventStore,
  GroupQueue,
  inProcessQueue,
  Reactor,
  type RecordedEvent,
} from '../../lib/index.js';
import { appWith, start, stream } from '../support/apps.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../support/clickhouse-server.js';
import { Add, Added, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';

/** More reactions at once than there are slots for reactors, and more of these than connections to the store. */
const AGGREGATES = 100;
const IDS = Array.from({ length: AGGREGATES }, (_, index) => `c${index}`);
const NEXT = 'next-';

let server: TestClickHouse;
beforeAll(async () => void (server = await startTestClickHouse()));
afterAll(() => server.stop());

it.each([['the usual', undefined] as const, ['the fewest', 2] as const])(
  'a start finds the reactions that a process has left, with %s connections, and is not held up by the commands that they wait for',
  async (_, maxOpenConnections) => {
    const { url, username, password } = server;
    const database = newDatabaseName();
    const reactions: string[] = [];
    let isDown = true;

    /** Reads the log, as handlers do that load an aggregate. */
    @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId, commandId: () => 'once' })
    class ReadingAddHandler implements AggregateCommandHandler<Add> {
      constructor(@Inject(EventStore) private readonly events: EventStore) {}

      async handle({ amount }: Add, context: CommandContext): Promise<readonly object[]> {
        for await (const event of this.events.read(context)) expect(event).toBeUndefined();
        return [Added.of(amount)];
      }
    }
    @Reactor({ name: 'chain', fold: Totals, durable: true, when: ({ aggregateId }) => !aggregateId.startsWith(NEXT) })
    class Chain {
      constructor(@Inject(Commands) private readonly commands: Commands) {}

      async handle({ aggregateId }: RecordedEvent): Promise<void> {
        if (isDown) throw new Error('down');
        reactions.push(aggregateId);
        await this.commands.run(Add.of(NEXT + aggregateId, 1));
      }
    }
    const boot = (): Promise<INestApplicationContext> =>
      start(
        appWith([ReadingAddHandler, Totals, Chain], {
          eventStore: clickhouse({ url, username, password, database, singleWriter: true, maxOpenConnections }),
          queue: inProcessQueue({ drainTimeoutMs: 50 }),
        }),
      );
    const settled = (app: INestApplicationContext): Promise<void> =>
      eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, running: 0 }));

    const first = await boot();
    await Promise.all(IDS.map((id) => first.get(EventStore).append(stream(id), [{ data: Added.of(1) }])));
    const failing = (): Promise<readonly unknown[]> =>
      first.get(GroupQueue).control.failingLanes({ limit: AGGREGATES });
    await eventually(async () => expect(await failing()).toHaveLength(AGGREGATES));
    await first.close();

    isDown = false;
    const second = await boot();
    await settled(second);
    const heads = await Promise.all(IDS.map((id) => second.get(EventStore).head(stream(NEXT + id))));
    expect(heads).toEqual(IDS.map(() => 1));
    expect(reactions.toSorted()).toEqual(IDS.toSorted());
    await second.close();

    const third = await boot();
    await settled(third);
    expect(reactions).toHaveLength(AGGREGATES);
  },
);
