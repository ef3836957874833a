import { randomInt, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseConnection } from '../../clickhouse/clickhouse-connection.js';
import { StoreUnavailableError } from '../store-unavailable.error.js';
import { nextEpoch, openEpoch, readEpoch } from './arbiter-epoch.js';
import { INSERT_TOKEN_PREFIX } from './append-batch.js';
import type { ResolvedOptions } from './clickhouse-event-store-options.js';
import { insertsHaveEnded } from './running-inserts.js';
import { WriterLeaseHeldError } from './writer-lease-held.error.js';
import { readLeases, WriterLease, type LeaseReading } from './writer-lease.js';

/** Two processes that met each other come again at different times. */
const MIN_RETRY_MS = 100;
const MAX_RETRY_MS = 500;
/** How many maximum insert times opening waits for the inserts of a former writer. */
const MAX_FORMER_WAITS = 6;

/** How an opened writer stands: its epoch, and its lease unless the server is its own. */
export interface OpenedWriter {
  readonly epoch: string;
  readonly lease?: WriterLease;
}

/**
 * Makes this process the writer: claims the lease, opens a new epoch, and waits until nothing of the former writer can
 * change the log any more.
 *
 * Of two processes that claim at the same time at least one sees the other and steps back. Should both go on all the
 * same, the higher epoch fences the other one.
 *
 * @throws WriterLeaseHeldError
 */
export async function openWriter(
  connection: ClickHouseConnection,
  options: ResolvedOptions,
  onLost: () => void,
): Promise<OpenedWriter> {
  const writer = `${hostname()}:${process.pid}:${randomUUID()}`;
  if (options.exclusiveServer) {
    const epoch = nextEpoch(await readEpoch(connection));
    await openEpoch(connection, epoch, writer);
    return { epoch };
  }
  const startedAt = performance.now();
  for (;;) {
    const { newest, nowMs } = await readEpoch(connection);
    const leases = await readLeases(connection);
    let holder = leases.find(({ live }) => live);
    if (holder === undefined) {
      const epoch = nextEpoch({ newest, nowMs });
      const lease = new WriterLease(connection, writer, epoch, options.leaseMs, onLost);
      const attempt = await claim(connection, lease);
      if (attempt.claimed) {
        await takeOver(connection, lease, epoch, endedClean(newest, leases), options);
        return { epoch, lease };
      }
      holder = attempt.holder;
    }
    const waitedMs = Math.round(performance.now() - startedAt);
    if (waitedMs >= options.leaseWaitMs) {
      const { writer: other = 'which began at the same time', expiresMs = nowMs } = holder ?? {};
      throw new WriterLeaseHeldError(connection.database, other, new Date(expiresMs), waitedMs);
    }
    await sleep(randomInt(MIN_RETRY_MS, MAX_RETRY_MS));
  }
}

/** Not claimed when somebody else holds it too, or has opened an epoch meanwhile: then it is given back. */
async function claim(
  connection: ClickHouseConnection,
  lease: WriterLease,
): Promise<{ readonly claimed: boolean; readonly holder?: LeaseReading }> {
  if (!(await lease.claim())) return { claimed: false };
  const holder = (await readLeases(connection)).find(({ live, writer }) => live && writer !== lease.writer);
  if (holder === undefined) return { claimed: true };
  await lease.release(true);
  return { claimed: false, holder };
}

/** From when the epoch is visible, an insert that began before ends within its own maximum time. */
async function takeOver(
  connection: ClickHouseConnection,
  lease: WriterLease,
  epoch: string,
  formerEndedClean: boolean,
  { maxInsertMs }: ResolvedOptions,
): Promise<void> {
  lease.keep();
  try {
    await openEpoch(connection, epoch, lease.writer);
    if (formerEndedClean) return;
    const giveUpAt = performance.now() + MAX_FORMER_WAITS * maxInsertMs;
    const ended = await insertsHaveEnded(
      connection,
      INSERT_TOKEN_PREFIX,
      (nowMs) => nowMs + maxInsertMs,
      () => performance.now() < giveUpAt,
    );
    if (!ended) throw new StoreUnavailableError('An insert of the former writer of the event store does not end');
  } catch (error) {
    await lease.release(false).catch(() => undefined);
    throw error;
  }
}

/** Whether the writer that opened the newest epoch said that nothing of it was under way any more. */
function endedClean(newestEpoch: string, leases: readonly LeaseReading[]): boolean {
  return newestEpoch === '0' || (leases.find(({ epoch }) => epoch === newestEpoch)?.clean ?? false);
}
