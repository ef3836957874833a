import { randomInt } from 'node:crypto';
import type { ClickHouseConnection } from '../../clickhouse/clickhouse-connection.js';
import { COUNT_OTHER_EPOCHS } from './sql/count-other-epochs.js';
import { OPEN_EPOCH } from './sql/open-epoch.js';
import { READ_EPOCH } from './sql/read-epoch.js';

/** Low bits that differ between two processes that open an epoch in the same millisecond. */
const RANDOM_BITS = 20;

/** The newest epoch as decimal text (it exceeds the integers of JavaScript), and the server's time. */
export interface EpochReading {
  readonly newest: string;
  /** Milliseconds since the epoch of Unix. */
  readonly nowMs: number;
}

export async function readEpoch(connection: ClickHouseConnection): Promise<EpochReading> {
  const [row] = await connection.query<{ newest: string; now_ms: string }>(READ_EPOCH);
  return { newest: row!.newest, nowMs: Number(row!.now_ms) };
}

/** A number above the newest epoch that no other process finds at the same time. */
export function nextEpoch({ newest, nowMs }: EpochReading): string {
  const random = BigInt(randomInt(1, 2 ** RANDOM_BITS));
  const byTime = (BigInt(nowMs) << BigInt(RANDOM_BITS)) + random;
  const byNumber = BigInt(newest) + random;
  return (byTime > byNumber ? byTime : byNumber).toString();
}

/** From when this resolves, the server refuses every insert of an earlier epoch that it has not begun yet. */
export async function openEpoch(connection: ClickHouseConnection, epoch: string, writer: string): Promise<void> {
  await connection.command(OPEN_EPOCH, { epoch, writer });
}

/**
 * Whether a log has no epoch but this one, which is open: then no insert that is under way can have been accepted in a
 * former one.
 */
export async function isFirstEpoch(connection: ClickHouseConnection, epoch: string): Promise<boolean> {
  const [row] = await connection.query<{ others: string }>(COUNT_OTHER_EPOCHS, { epoch });
  return Number(row!.others) === 0;
}
