import 'reflect-metadata';
import { writeSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { Module } from '@nestjs/common';
import { clickhouse } from '../../lib/clickhouse.js';
import {
  Apply,
  EventSourcingModule,
  EventStore,
  FoldProjection,
  type FoldHandler,
  inProcessQueue,
  MapProjection,
  type MapHandler,
  Projections,
  type QueueAdapter,
  type RecordedEvent,
} from '../../lib/index.js';
import { Add, Added, AddHandler, acme, type Total } from './counter-app.js';
import { collect } from './collect.js';
import { eventually } from './eventually.js';

/** The amount at which the process kills itself. */
const POISON = 13;

const [, , path, crashAt] = process.argv as unknown as [string, string, string, string];

function crash(point: string): void {
  if (crashAt === point) process.kill(process.pid, 'SIGKILL');
}

@FoldProjection({ name: 'totals' })
class Totals implements FoldHandler<Total> {
  init(): Total {
    return { total: 0, events: 0 };
  }

  @Apply(Added)
  added(state: Total, { data }: RecordedEvent<Added>): Total {
    if (data.amount === POISON) crash('fold');
    return { total: state.total + data.amount, events: state.events + 1 };
  }
}

@MapProjection({ name: 'additions', events: [Added] })
class Additions implements MapHandler<Added, { amount: number }> {
  map({ data }: RecordedEvent<Added>): { amount: number } {
    if (data.amount === POISON) crash('map');
    return { amount: data.amount };
  }
}

/** Dies when the events of an append are about to be staged. */
function crashingQueue(): QueueAdapter {
  return {
    ...inProcessQueue(),
    open: async (context) => {
      const queue = await inProcessQueue().open(context);
      const stage = queue.stage.bind(queue);
      queue.stage = async (jobs) => {
        const poisoned = jobs.some(
          ({ job }) => 'events' in job && job.events?.some(({ payload }) => payload.includes(`:${POISON}`)),
        );
        if (poisoned) crash('stage');
        return stage(jobs);
      };
      return queue;
    },
  };
}

@Module({
  imports: [EventSourcingModule.forFeature({ pipeline: 'counting', aggregateType: 'counter', events: [Added] })],
  providers: [AddHandler, Totals, Additions],
})
class CountingModule {}

@Module({
  imports: [
    CqrsModule.forRoot(),
    EventSourcingModule.forRoot({ role: 'all', eventStore: clickhouse({ path }), queue: crashingQueue() }),
    CountingModule,
  ],
})
class AppModule {}

/** One line to the parent, written before anything else can happen. */
function report(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const stream = { tenantId: acme, aggregateType: 'counter', aggregateId: 'c1' };
if (crashAt === 'none') {
  const projections = app.get(Projections);
  const events = await collect(app.get(EventStore).read(stream));
  const item = await eventually(async () => {
    const row = await projections.getItem(Totals, 'c1', { tenantId: acme });
    const records = await projections.records(Additions, 'c1', { tenantId: acme });
    if (row?.sequence !== events.length || records.length !== events.length) throw new Error('not caught up');
    return { ...row.state, records: records.map(({ record }) => record.amount) };
  }, 10_000);
  report({ log: events.map(({ data }) => (data as Added).amount), ...item });
  await app.close();
} else {
  const bus = app.get(CommandBus);
  for (const amount of [1, 2]) {
    await bus.execute(Add.of('c1', amount));
    report({ answered: amount });
  }
  if (crashAt === 'stage') await app.get(EventStore).append(stream, [{ data: Added.of(POISON) }]);
  else await bus.execute(Add.of('c1', POISON));
}
