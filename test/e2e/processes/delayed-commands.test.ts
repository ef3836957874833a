import { type INestApplicationContext, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { beforeEach, expect, it } from 'vitest';
import {
  Clock,
  CommandHandler,
  CommandRejectedError,
  EventSourcingModule,
  EventStore,
  GroupQueue,
  On,
  OnRejection,
  type ProcessContext,
  Processes,
  ProcessManager,
  ProjectionMaintenance,
  type RecordedEvent,
} from '../../../lib/index.js';
import { processStream } from '../../../lib/processes/stream/process-streams.js';
import type { Decision } from '../../../lib/processes/stream/decision.event.js';
import type { CommandJob } from '../../../lib/queue/job.js';
import { TestClock } from '../../../lib/testing.js';
import { start, stream } from '../../support/apps.js';
import { collect } from '../../support/collect.js';
import { acme, Add, Added } from '../../support/counter-app.js';
import { silentLogger } from '../../support/silent-logger.js';

const DAY_MS = 86_400_000;

let clock: TestClock;
let app: INestApplicationContext;
let mayAdd: boolean;
/** When the handler ran, in days. */
let ran: number[];
let told: string[];

/** Each first addition of `c1` leads to one to `c2`, ten days later. */
@ProcessManager({ name: 'adding' })
class Adding {
  initialState(): object {
    return {};
  }

  @On(Added)
  added(state: object, { aggregateId }: RecordedEvent<Added>, context: ProcessContext): object {
    if (aggregateId === 'c1') context.send(Add.of('c2', 1));
    return state;
  }

  @OnRejection(Add)
  refused(state: object): object {
    told.push('rejected');
    return state;
  }
}

beforeEach(async () => {
  clock = new TestClock();
  mayAdd = false;
  ran = [];
  told = [];
  const begin = clock.now();

  @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId, delayMs: 10 * DAY_MS })
  class AddHandler {
    handle({ amount }: Add): object[] {
      ran.push((clock.now() - begin) / DAY_MS);
      if (!mayAdd) throw new CommandRejectedError('Not now', { reason: 'NOT_NOW' });
      return [Added.of(amount)];
    }
  }
  @Module({
    imports: [EventSourcingModule.forFeature({ pipeline: 'counters', aggregateType: 'counter', events: [Added] })],
    providers: [AddHandler, Adding],
  })
  class CountersModule {}
  @Module({
    imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot({ sweepIntervalMs: DAY_MS }), CountersModule],
  })
  class AppModule {}
  app = await start(AppModule, (builder) => builder.setLogger(silentLogger).overrideProvider(Clock).useValue(clock));
  await app.get(EventStore).append(stream('c1'), [{ data: Added.of(5) }]);
});

const jobs = async (): Promise<number> => (await app.get(GroupQueue).depth()).jobs;
const isUnderWay = async (): Promise<number> =>
  (await app.get(Processes).get(Adding, 'c1', { tenantId: acme }))!.commandsUnderWay;

it('waits once and until its time, however often all that is open is sent again', async () => {
  for (let day = 0; day < 9; day += 1) {
    await clock.advance(DAY_MS);
    await app.get(ProjectionMaintenance).reconcile();
  }
  await clock.advance(0);
  expect(await jobs()).toBe(1);
  await clock.advance(DAY_MS);
  expect({ ran, told, isUnderWay: await isUnderWay() }).toEqual({ ran: [10], told: ['rejected'], isUnderWay: 0 });
  mayAdd = true;
  await clock.advance(30 * DAY_MS);
  expect(ran).toEqual([10]);
  expect(await jobs()).toBe(0);
});

it('is not decided anew when it comes another time, though its answer is kept no more', async () => {
  await clock.advance(11 * DAY_MS);
  expect({ ran, told }).toEqual({ ran: [10], told: ['rejected'] });
  mayAdd = true;
  const [opened] = await collect(app.get(EventStore).read(processStream('adding', acme, 'c1')));
  const { commands, at } = opened!.data as Decision;
  const { commandId, receiptId, type, data, awaited, aggregateId: id } = commands[0]!;
  const job: CommandJob = {
    ...{ kind: 'command', commandId, receiptId, awaited, type, data, metadata: {}, acceptedAt: at },
    replyTo: { process: 'adding', processId: 'c1', decision: 1, index: 0, again: true },
  };
  const queue = app.get(GroupQueue);
  expect(await queue.answer(acme, receiptId)).toBeUndefined();
  await queue.stage([
    { lane: { tenantId: acme, kind: 'command', component: 'counters', aggregateType: 'counter', id }, job },
  ]);
  await clock.advance(DAY_MS);
  expect(await jobs()).toBe(0);
  expect({ ran, told }).toEqual({ ran: [10], told: ['rejected'] });
  expect(await collect(app.get(EventStore).read(stream('c2')))).toEqual([]);
});
