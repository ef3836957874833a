import { beforeEach, describe, expect, it } from 'vitest';
import { ServerClock } from '../../../lib/clickhouse/server-clock.js';

/** A server whose clock is `ahead` of ours, behind a line that takes the given time there and back. */
class FakeServer {
  local = 0;
  ahead = 1_000_000;
  queries = 0;
  down = false;
  delays: { there: number; back: number }[] = [];

  query<Row>(): Promise<Row[]> {
    this.queries += 1;
    if (this.down) return Promise.reject(new Error('down'));
    const { there, back } = this.delays.shift() ?? { there: 2, back: 2 };
    this.local += there;
    const ms = String(Math.floor(this.local + this.ahead));
    this.local += back;
    return Promise.resolve([{ ms }] as Row[]);
  }
}

let server: FakeServer;
let clock: ServerClock;

beforeEach(() => {
  server = new FakeServer();
  clock = new ServerClock(server, { maxAgeMs: 30_000, monotonicNow: () => server.local });
});

/** Lets a measurement that runs in the background end. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('ServerClock', () => {
  it('takes the middle of the round trip', async () => {
    await clock.sync();
    expect(clock.now()).toBe(server.local + server.ahead);
    expect(clock.uncertaintyMs).toBe(2);
    server.local += 10.7;
    expect(clock.now()).toBe(Math.floor(server.local + server.ahead));
  });

  it('trusts the shortest of several round trips', async () => {
    server.delays = [
      { there: 500, back: 0 },
      { there: 1, back: 1 },
      { there: 0, back: 300 },
    ];
    await clock.sync();
    expect(clock.now()).toBe(server.local + server.ahead);
    expect(clock.uncertaintyMs).toBe(1);
  });

  it('never goes back when a new measurement says so', async () => {
    await clock.sync();
    const before = clock.now();
    server.ahead -= 500;
    await clock.sync();
    expect(clock.now()).toBe(before);
    server.local += 600;
    expect(clock.now()).toBe(server.local + server.ahead);
  });

  it('measures again when the offset is old: in the background, and before fresh() resolves', async () => {
    await clock.sync();
    const queries = server.queries;
    server.local += 29_000;
    await clock.fresh();
    clock.now();
    expect(server.queries).toBe(queries);
    server.ahead += 50;
    server.local += 1_000;
    clock.now();
    await settle();
    expect(clock.now()).toBe(server.local + server.ahead);
    server.ahead += 50;
    server.local += 30_000;
    await clock.fresh();
    expect(clock.now()).toBe(server.local + server.ahead);
  });

  it('shares one measurement among callers at the same time', async () => {
    await Promise.all([clock.sync(), clock.sync(), clock.fresh()]);
    expect(server.queries).toBe(3);
  });

  it('goes on with the old offset while the server is away, but says so to those who ask', async () => {
    await clock.sync();
    const offset = server.ahead;
    server.down = true;
    server.local += 30_000;
    expect(clock.now()).toBe(server.local + offset);
    await settle();
    await expect(clock.fresh()).rejects.toThrow('down');
    server.down = false;
    await clock.fresh();
    expect(clock.now()).toBe(server.local + server.ahead);
  });

  it('has no time before the first measurement', () => {
    expect(() => clock.now()).toThrow('before the first sync()');
  });
});
