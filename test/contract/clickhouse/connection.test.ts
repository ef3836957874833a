import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClickHouseConnection } from '../../../lib/clickhouse/clickhouse-connection.js';
import { PERMANENT_CODES, REFUSED_CODES, TRANSIENT_CODES } from '../../../lib/clickhouse/clickhouse-error-codes.js';
import { classifyClickHouseError } from '../../../lib/clickhouse/classify-clickhouse-error.js';
import { MAX_PARAM_BYTES } from '../../../lib/clickhouse/param-limits.js';
import { ServerClock } from '../../../lib/clickhouse/server-clock.js';
import { collect } from '../../support/collect.js';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../../support/clickhouse-server.js';

const POLL_TIMEOUT = { timeout: 10_000, interval: 50 };

let server: TestClickHouse;
let connection: ClickHouseConnection;

beforeAll(async () => {
  server = await startTestClickHouse();
});
afterAll(() => server.stop());

beforeEach(async () => {
  connection = await server.connect(newDatabaseName());
  await connection.createDatabase();
});
afterEach(() => connection.close());

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error,
  );
}

describe('statements', () => {
  it('pings, and says why not', async () => {
    await connection.ping();
    const stranger = await server.connect('x', { password: 'wrong' });
    await expect(stranger.ping()).rejects.toMatchObject({ code: '516' });
    const away = await server.connect('x', { url: 'http://127.0.0.1:1' });
    expect(classifyClickHouseError(await failure(away.ping()))).toBe('refused');
    expect(classifyClickHouseError(await failure(away.insertSelect('x', [{}])))).toBe('refused');
  });

  it('passes parameters through the server, never through the text', async () => {
    const nasty = `a'b"c\\d\n\t\u0000 {x:String} 😀`;
    const [row] = await connection.query(
      'SELECT {s:String} AS s, {n:UInt64} AS n, {list:Array(String)} AS list, {at:DateTime64(3)} AS at',
      { s: nasty, n: '18446744073709551615', list: [nasty, 'b'], at: new Date('2026-01-02T03:04:05.678Z') },
    );
    expect(row).toEqual({
      s: nasty,
      n: '18446744073709551615',
      list: [nasty, 'b'],
      at: '2026-01-02T03:04:05.678Z',
    });
  });

  it('takes a parameter of 128 KiB, and says so when one is larger', async () => {
    const sql = 'SELECT length({text:String}) AS n, length({list:Array(String)}) AS items';
    const list = ["it's", 'a\\b\n'];
    const overhead = list.join('').length + 4 + 2 * 3 + 2;
    const largest = {
      text: "'".repeat(MAX_PARAM_BYTES / 2),
      list: [...list, 'x'.repeat(MAX_PARAM_BYTES - overhead - 3)],
    };
    expect(await connection.query(sql, largest)).toEqual([{ n: String(MAX_PARAM_BYTES / 2), items: '3' }]);
    for (const [field, params] of [
      ['params.text', { ...largest, text: `${largest.text}x` }],
      ['params.list', { ...largest, list: [...largest.list, ''] }],
    ] as const) {
      const expected = { code: 'INVALID_ARGUMENT', field };
      await expect(connection.query(sql, params)).rejects.toMatchObject(expected);
      await expect(connection.stream(sql, params).next()).rejects.toMatchObject(expected);
      await expect(connection.command(sql, params)).rejects.toMatchObject(expected);
      await expect(connection.insertSelect(sql, [{}], params)).rejects.toMatchObject(expected);
    }
  });

  it('fails an insert that would lose something', async () => {
    await connection.command('CREATE TABLE t (a String, b UInt8 DEFAULT 7) ENGINE = MergeTree ORDER BY a');
    await connection.insert('t', [{ a: 'x' }]);
    await connection.insert('t', []);
    expect(classifyClickHouseError(await failure(connection.insert('t', [{ a: 'y', c: 1 }])))).toBe('permanent');
    await expect(connection.insert('t', [{ a: null }])).rejects.toThrow();
    expect(await connection.query('SELECT * FROM t')).toEqual([{ a: 'x', b: 7 }]);
  });

  it('tells how many rows an INSERT SELECT wrote, and writes a repeat with the same token once', async () => {
    await connection.command(
      'CREATE TABLE t (a String, n UInt64) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 100',
    );
    const sql = "INSERT INTO t SELECT * FROM input('a String, n UInt64') WHERE {open:UInt8} = 1 FORMAT JSONEachRow";
    const rows = [
      { a: 'line\nbreak', n: 1 },
      { a: 'z', n: 2 },
    ];
    const settings = { insert_deduplication_token: 'token' };
    expect(await connection.insertSelect(sql, rows, { open: 0 }, settings)).toBe(0);
    expect(await connection.query('SELECT count() AS count FROM t')).toEqual([{ count: '0' }]);
    expect(await connection.insertSelect(sql, rows, { open: 1 }, settings)).toBe(2);
    // The repeat reports its rows as written too: only a refusal by the WHERE gives 0.
    expect(await connection.insertSelect(sql, rows, { open: 1 }, settings)).toBe(2);
    expect(await connection.query('SELECT * FROM t ORDER BY a')).toEqual([
      { a: 'line\nbreak', n: '1' },
      { a: 'z', n: '2' },
    ]);
    expect(await connection.insertSelect('no statement at all', [])).toBe(0);
  });

  it('does not take an answer without a summary for a number', async () => {
    const proxy = createServer((request, response) => {
      request.resume().once('end', () => response.end());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const through = await server.connect('x', { url });
    const error = await failure(through.insertSelect('INSERT …', [{ a: 1 }]));
    expect(error).toMatchObject({ code: 'CLICKHOUSE_MISSING_SUMMARY' });
    expect(classifyClickHouseError(error)).toBe('unknown');
    await through.close();
    await new Promise((resolve) => proxy.close(resolve));
  });

  it('gives up after requestTimeoutMs, and then nobody knows', async () => {
    const hasty = await server.connect(connection.database, { requestTimeoutMs: 300 });
    const error = await failure(hasty.query('SELECT sleep(3)'));
    expect(classifyClickHouseError(error)).toBe('unknown');
  });

  it('runs no more statements at once than it may', async () => {
    const few = await server.connect(connection.database, { maxOpenConnections: 4 });
    const counts = await Promise.all(
      Array.from({ length: 20 }, () =>
        few.query<{ running: string }>(
          "SELECT sleep(0.02), (SELECT count() FROM system.processes WHERE query LIKE '%a mark of this case%') AS running",
        ),
      ),
    );
    const running = counts.map(([row]) => Number(row?.running));
    expect(running).toHaveLength(20);
    expect(Math.max(...running)).toBe(3);
  });

  it('prints nothing', async () => {
    const printed = [
      ...(['log', 'info', 'warn', 'error', 'debug'] as const).map((name) => vi.spyOn(console, name)),
      vi.spyOn(process.stdout, 'write'),
      vi.spyOn(process.stderr, 'write'),
    ];
    try {
      await failure(connection.query('SELECT nonsense'));
      await failure(connection.command('nonsense'));
      await failure(connection.insert('nonsense', [{ a: 1 }]));
      // Rows before the failing one may come first, or not.
      await failure(collect(connection.stream('SELECT throwIf(number = 100000) FROM numbers(1000000)')));
      for (const spy of printed) expect(spy).not.toHaveBeenCalled();
    } finally {
      for (const spy of printed) spy.mockRestore();
    }
  });

  it('waits for what runs when it closes, and refuses what comes', async () => {
    const running = connection.query('SELECT sleep(0.3) AS slept');
    const closing = connection.close();
    await expect(connection.query('SELECT 1')).rejects.toBeInstanceOf(ClosedError);
    expect(await running).toEqual([{ slept: 0 }]);
    await closing;
  });
});

describe('streams', () => {
  it('gives every row as an object, none for an empty result', async () => {
    const rows: unknown[] = [];
    for await (const row of connection.stream("SELECT number AS n, 'a\\nb' AS s FROM numbers({n:UInt64})", { n: 2 })) {
      rows.push(row);
    }
    expect(rows).toEqual([
      { n: '0', s: 'a\nb' },
      { n: '1', s: 'a\nb' },
    ]);
    expect(await connection.stream('SELECT 1 AS n WHERE 0').next()).toEqual({ done: true, value: undefined });
  });

  it('holds the server back while the loop is busy, and stops the query when it is left', async () => {
    const readRows = async () => {
      const [row] = await connection.query<{ read_rows: string }>(
        "SELECT read_rows FROM system.processes WHERE query LIKE '%repeat(%' AND query NOT LIKE '%system.processes%'",
      );
      return row === undefined ? null : Number(row.read_rows);
    };
    for await (const row of connection.stream("SELECT number, repeat('x', 1000) AS text FROM numbers(10000000)")) {
      expect(row).toHaveProperty('text');
      await vi.waitFor(async () => expect(await readRows()).toBeGreaterThan(0), POLL_TIMEOUT);
      // 10 GB are never read ahead.
      expect(await readRows()).toBeLessThan(1_000_000);
      break;
    }
    await vi.waitFor(async () => expect(await readRows()).toBeNull(), POLL_TIMEOUT);
  });

  it('gives its place back however the loop ends', async () => {
    const single = await server.connect(connection.database, { maxOpenConnections: 2, requestTimeoutMs: 5_000 });
    const sql = 'SELECT throwIf(number = 200000), number AS n FROM numbers(1000000)';
    for (let round = 0; round < 3; round += 1) {
      for await (const row of single.stream('SELECT number FROM numbers(10000000)')) {
        void row;
        break;
      }
      const failing = (async () => {
        for await (const row of single.stream(sql)) void row;
      })();
      await expect(failing).rejects.toMatchObject({ code: '395' });
      await expect(single.stream('nonsense').next()).rejects.toMatchObject({ code: '62' });
      const thrown = (async () => {
        for await (const row of single.stream('SELECT 1')) throw new Error(`in the loop ${typeof row}`);
      })();
      await expect(thrown).rejects.toThrow('in the loop object');
    }
  });

  it('does not keep the statements and pages that a loop reads from running', async () => {
    const single = await server.connect(connection.database, { maxOpenConnections: 2, requestTimeoutMs: 5_000 });
    let sum = 0;
    for await (const { n } of single.stream<{ n: string }>('SELECT number AS n FROM numbers(5)')) {
      const [row] = await single.query<{ n: string }>('SELECT {n:UInt64} AS n', { n });
      const { rows } = await single.page<{ n: string }>('SELECT {n:UInt64} AS n', { n });
      sum += Number(row?.n) + Number(rows[0]?.n);
    }
    expect(sum).toBe(20);
  });
});

describe('pages', () => {
  it('have all rows, or those up to the one that makes them full', async () => {
    const sql = 'SELECT number AS n FROM numbers({rows:UInt64})';
    expect(await connection.page(sql, { rows: 2 })).toEqual({ rows: [{ n: '0' }, { n: '1' }], isCut: false });
    expect(await connection.page(sql, { rows: 0 })).toEqual({ rows: [], isCut: false });
    const isFull = ({ n }: { readonly n: string }): boolean => n === '1';
    const cut = await connection.page<{ n: string }>(sql, { rows: 1_000_000 }, {}, { isFull });
    expect(cut).toEqual({ rows: [{ n: '0' }, { n: '1' }], isCut: true });
  });

  it('hold no place once they are read', async () => {
    const single = await server.connect(connection.database, { maxOpenConnections: 2, requestTimeoutMs: 5_000 });
    await Promise.all(Array.from({ length: 8 }, () => single.page('SELECT number FROM numbers(10)')));
    await expect(single.page('SELECT throwIf(1)')).rejects.toMatchObject({ code: '395' });
    for await (const row of single.stream('SELECT 1 AS n')) {
      expect((await single.page('SELECT 1 AS n')).rows).toEqual([row]);
    }
  });
});

describe('options', () => {
  it.each([
    ['url', { url: 'localhost:8123' }],
    ['url', { url: 'http://localhost:8123/database' }],
    ['url', { url: 'http://localhost:8123?async_insert=1' }],
    ['database', { database: 'a-b' }],
    ['requestTimeoutMs', { requestTimeoutMs: 0 }],
    ['maxOpenConnections', { maxOpenConnections: 1 }],
  ])('refuses a bad %s', async (field, options) => {
    await expect(server.connect('x', options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field });
  });

  it('takes credentials from the URL', async () => {
    const url = server.url.replace('//', `//${server.username}:${encodeURIComponent(server.password)}@`);
    const own = await ClickHouseConnection.open({ url, database: connection.database });
    await own.ping();
    await own.close();
  });
});

describe('error codes', () => {
  it('are named as the server names them', async () => {
    const listed = { ...REFUSED_CODES, ...TRANSIENT_CODES, ...PERMANENT_CODES };
    const rows = await connection.query<{ code: number; name: string }>(
      'SELECT arrayJoin({codes:Array(Int32)}) AS code, errorCodeToName(code) AS name',
      { codes: Object.keys(listed).map(Number) },
    );
    expect(Object.fromEntries(rows.map(({ code, name }) => [code, name]))).toEqual(listed);
  });
});

describe('ServerClock', () => {
  it('knows the time of the server', async () => {
    const clock = new ServerClock(connection);
    await clock.sync();
    // Same machine, so the two clocks are one; the uncertainty covers the round trip, 2 ms the two roundings.
    expect(Math.abs(clock.now() - Date.now())).toBeLessThanOrEqual(clock.uncertaintyMs + 2);
  });
});
