import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  Clock,
  EventStore,
  On,
  OnWakeUp,
  type ProcessContext,
  ProcessManager,
  type RecordedEvent,
} from '../../../lib/index.js';
import { postgres } from '../../../lib/postgres.js';
import { inboxType, processType } from '../../../lib/processes/stream/process-streams.js';
import { redisQueue } from '../../../lib/redis.js';
import type { Storage } from '../../../lib/storage/storage.js';
import { STORAGE } from '../../../lib/storage/storage.token.js';
import { alarmsApp, AlarmSet, alarmStream } from '../../support/alarms-app.js';
import { start } from '../../support/apps.js';
import { acme } from '../../support/counter-app.js';
import { eventually } from '../../support/eventually.js';
import { startTestPostgres, type TestPostgres } from '../../support/postgres-server.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { ShiftedClock } from '../../support/shifted-clock.js';
import { silentLogger } from '../../support/silent-logger.js';

/** Longer than any test. */
const LATE_MS = 3_600_000;
/** For what thousands have to do. */
const LONG_MS = 50_000;

let server: TestPostgres;
let redis: TestRedis;
beforeAll(async () => {
  [server, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
});
afterAll(() => Promise.all([server.stop(), redis.stop()]));

/** Each alarm lets a thousand sleep for an hour. */
@ProcessManager({ name: 'sleepers', maxKeys: 1_000 })
class Sleepers {
  initialState(): object {
    return {};
  }
  @On(AlarmSet, { key: ({ data }) => Array.from({ length: 1_000 }, (_, nth) => `${data.rings}-${nth}`) })
  set(state: object, _event: RecordedEvent<AlarmSet>, { schedule }: ProcessContext): object {
    schedule('ring', { afterMs: LATE_MS });
    return state;
  }
  @OnWakeUp('ring')
  ring(): null {
    return null;
  }
}

/** How many events of each type stand in the streams of a type. */
async function stored(app: INestApplicationContext, aggregateType: string): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for await (const { type } of app.get<Storage>(STORAGE).log.rows({ aggregateType })) {
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}

it('processes are told once of each of 10,000 wake-ups that are due at once, though the queue has lost them all', async () => {
  const connectionString = await server.createDatabase();
  const boot = (clock: ShiftedClock): Promise<INestApplicationContext> => {
    const queue = redisQueue({ connection: { host: redis.host, port: redis.port } });
    const app = alarmsApp({ eventStore: postgres({ connectionString }), queue }, [Sleepers]);
    return start(app, (builder) => builder.setLogger(silentLogger).overrideProvider(Clock).useValue(clock));
  };
  const first = await boot(new ShiftedClock());
  for (let nth = 0; nth < 10; nth += 1) {
    await first.get(EventStore).append(alarmStream(`a-${nth}`, acme), [{ data: AlarmSet.of(nth, LATE_MS) }]);
  }
  await eventually(
    async () => expect(await stored(first, processType('sleepers'))).toEqual({ '$open-decision': 10_000 }),
    LONG_MS,
  );
  expect(await stored(first, inboxType('sleepers'))).toEqual({ $link: 10_000 });
  await first.close();
  await redis.flush();
  const clock = new ShiftedClock();
  clock.aheadMs = 2 * LATE_MS;
  const second = await boot(clock);
  await eventually(async () => {
    expect(await stored(second, inboxType('sleepers'))).toEqual({ $link: 10_000, '$wake-up': 10_000 });
    expect(await stored(second, processType('sleepers'))).toEqual({ '$open-decision': 10_000, $decision: 10_000 });
  }, LONG_MS);
});
