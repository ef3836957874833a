import { setTimeout as delay } from 'node:timers/promises';
import { clickhouse } from '../../../lib/clickhouse.js';
import { createTenantId } from '../../../lib/index.js';
import { startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';
import { Noted } from '../../support/contract-events.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { createStorageContext } from '../../support/storage-context.js';
import { startCost, usedMemory } from '../queue/cost.js';
import type { QueueFigures } from '../queue/queue-run.js';
import { SpendingProcess } from './spending-process.js';

const FILLER_EVENTS = 1_000;
const FILLER_APPENDS_AT_ONCE = 10;
/** A server that merges nothing for so long is at rest. */
const LOOK_EVERY_MS = 250;
const QUIET_LOOKS = 8;

/** How fast events came from `execute` to their saved row. */
export interface Throughput extends QueueFigures {
  /** Events a second. */
  readonly rate: number;
}

/** A web process and a worker, with a ClickHouse and a Redis of their own. */
export class SpendingWorld {
  private projected = 0;
  private filled = 0;

  private constructor(
    private readonly server: TestClickHouse,
    private readonly redis: TestRedis,
    private readonly web: SpendingProcess,
    private readonly worker: SpendingProcess,
  ) {}

  static async open(): Promise<SpendingWorld> {
    const [server, redis] = await Promise.all([startTestClickHouse(), startTestRedis()]);
    const { url, username, password } = server;
    const settings = { url, username, password, redisPort: redis.port };
    const worker = await SpendingProcess.start({ ...settings, role: 'worker' });
    const web = await SpendingProcess.start({ ...settings, role: 'web' });
    return new SpendingWorld(server, redis, web, worker);
  }

  async throughput(commands: number, cards: number, inFlight: number): Promise<Throughput> {
    const cost = await startCost(this.redis.client);
    const memory = await usedMemory(this.redis.client);
    const begun = performance.now();
    const projected = this.reach(commands);
    await this.web.ask({ kind: 'load', commands, cards, inFlight });
    await projected;
    const rate = (commands * 1_000) / (performance.now() - begun);
    const redisBytes = ((await usedMemory(this.redis.client)) - memory) / commands;
    await this.worker.ask({ kind: 'durations' });
    return { ...(await cost(commands)), redisBytes, rate };
  }

  /** Milliseconds from recorded to projected, begun once the server has merged what was written before. */
  async latencies(commands: number, cards: number, perSecond: number): Promise<readonly number[]> {
    await this.merged();
    const projected = this.reach(commands);
    await this.web.ask({ kind: 'trickle', commands, cards, perSecond });
    await projected;
    return this.worker.ask({ kind: 'durations' });
  }

  /** Lets the log have so many other events. */
  async fill(events: number): Promise<void> {
    const { url, username, password } = this.server;
    const redis = { host: '127.0.0.1', port: this.redis.port };
    const storage = await clickhouse({ url, username, password, redis }).open(await createStorageContext());
    const tenantId = createTenantId('filler');
    const append = async (): Promise<void> => {
      while (this.filled < events) {
        this.filled += FILLER_EVENTS;
        const drafts = Array.from({ length: FILLER_EVENTS }, () => ({
          data: new Noted({ text: 'x'.repeat(200), at: this.filled }),
        }));
        const stream = { tenantId, aggregateType: 'filler', aggregateId: `f-${this.filled}` };
        const { firstSequence: from, lastSequence: to } = await storage.events.append(stream, drafts);
        await storage.events.dispatched([{ stream, from, to }]);
      }
    };
    try {
      await Promise.all(Array.from({ length: FILLER_APPENDS_AT_ONCE }, append));
    } finally {
      await storage.close();
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.web.stop(), this.worker.stop()]);
    await Promise.all([this.server.stop(), this.redis.stop()]);
  }

  private async merged(): Promise<void> {
    const connection = await this.server.connect('default');
    const merges = (): Promise<readonly { readonly n: string }[]> =>
      connection.query('SELECT count() AS n FROM system.merges');
    for (let quiet = 0; quiet < QUIET_LOOKS;) {
      await delay(LOOK_EVERY_MS);
      const [row] = await merges();
      quiet = Number(row!.n) === 0 ? quiet + 1 : 0;
    }
    await connection.close();
  }

  private reach(commands: number): Promise<unknown> {
    this.projected += commands;
    return this.worker.ask({ kind: 'reach', total: this.projected });
  }
}
