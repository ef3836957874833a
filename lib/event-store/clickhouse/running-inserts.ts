import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseConnection } from '../../clickhouse/clickhouse-connection.js';
import { COUNT_RUNNING_INSERTS } from './sql/count-running-inserts.js';
import { READ_EPOCH } from './sql/read-epoch.js';

const ACCESS_DENIED = '497';
const FIRST_POLL_MS = 50;
const MAX_POLL_MS = 2_000;

/** The server's time in milliseconds since the epoch, and how many of the inserts in question it runs. */
interface Reading {
  readonly nowMs: number;
  readonly running: number;
}

/**
 * Waits until no insert whose token begins with `prefix` can change the log any more: the server's clock has passed
 * `untilMs`, by which it has refused or ended them, and none is in its list of processes, which also covers a server
 * that was paused in the middle of one. A user without the right to see that list relies on the clock alone.
 *
 * @param untilMs gives the time in milliseconds since the epoch, from the server's time now
 * @param goOn false ends the wait early
 * @returns false when it was ended early
 */
export async function insertsHaveEnded(
  connection: ClickHouseConnection,
  prefix: string,
  untilMs: (nowMs: number) => number,
  goOn: () => boolean,
): Promise<boolean> {
  let until: number | undefined;
  for (let pollMs = FIRST_POLL_MS; goOn(); pollMs = Math.min(pollMs * 2, MAX_POLL_MS)) {
    const reading = await read(connection, prefix).catch(() => undefined);
    if (reading !== undefined) {
      until ??= untilMs(reading.nowMs);
      if (reading.nowMs > until && reading.running === 0) return true;
      pollMs = Math.min(pollMs, Math.max(until - reading.nowMs + 1, FIRST_POLL_MS));
    }
    await sleep(pollMs);
  }
  return false;
}

async function read(connection: ClickHouseConnection, prefix: string): Promise<Reading> {
  try {
    const [row] = await connection.query<{ now_ms: string; running: string }>(COUNT_RUNNING_INSERTS, { prefix });
    return { nowMs: Number(row!.now_ms), running: Number(row!.running) };
  } catch (error) {
    if ((error as { code?: unknown }).code !== ACCESS_DENIED) throw error;
    const [row] = await connection.query<{ now_ms: string }>(READ_EPOCH);
    return { nowMs: Number(row!.now_ms), running: 0 };
  }
}
