import type { ClickHouseConnection } from '../../clickhouse/clickhouse-connection.js';
import { READ_LEASES } from './sql/read-leases.js';
import { WRITE_LEASE } from './sql/write-lease.js';

/** How many times a lease is renewed, or tried to be, within its own length. */
const RENEWALS_PER_LEASE = 3;

/** The lease of a writer as the log's database holds it. */
export interface LeaseReading {
  readonly writer: string;
  readonly epoch: string;
  /** Milliseconds since the epoch of Unix. */
  readonly expiresMs: number;
  readonly live: boolean;
  /** True when its writer said that nothing of it was under way any more. */
  readonly clean: boolean;
}

/** The latest leases, newest epoch first. */
export async function readLeases(connection: ClickHouseConnection): Promise<LeaseReading[]> {
  const rows = await connection.query<{
    writer: string;
    epoch: string;
    expires_ms: string;
    ended_clean: number;
    now_ms: string;
  }>(READ_LEASES);
  return rows.map((row) => ({
    writer: row.writer,
    epoch: row.epoch,
    expiresMs: Number(row.expires_ms),
    live: Number(row.expires_ms) > Number(row.now_ms),
    clean: row.ended_clean === 1,
  }));
}

/**
 * The right to write, as a courtesy between processes: it keeps a second one from taking over while the first one
 * lives. Safety does not rest on it, but on the fence of the epoch.
 *
 * `held` → (renewed in time) `held` → (not renewed in time) `lapsed` → (renewal succeeds: nobody took over) `held`;
 * `held` or `lapsed` → (renewal finds a newer epoch) `lost`, for good; `held` → `released`.
 */
export class WriterLease {
  private renewal = 0;
  private heldUntil = 0;
  private timer?: NodeJS.Timeout;
  private renewing?: Promise<boolean>;
  private released = false;

  /** @param onLost called once when a renewal finds a newer epoch */
  constructor(
    private readonly connection: ClickHouseConnection,
    readonly writer: string,
    private readonly epoch: string,
    private readonly leaseMs: number,
    private readonly onLost: () => void,
  ) {}

  /** Claims the lease; false when a newer epoch is open. Whether others hold one too is for the caller to look up. */
  async claim(): Promise<boolean> {
    return this.extend();
  }

  /** Renews it from now on, in the background. */
  keep(): void {
    this.timer = setInterval(() => void this.renew().catch(() => undefined), this.leaseMs / RENEWALS_PER_LEASE);
    this.timer.unref();
  }

  /** Resolves when the lease is held, after a renewal where it had lapsed; false when it is lost. */
  async ensure(): Promise<boolean> {
    return performance.now() < this.heldUntil ? true : this.renew();
  }

  /** @param clean true when no insert of this writer can be under way any more */
  async release(clean: boolean): Promise<void> {
    clearInterval(this.timer);
    this.released = true;
    await this.renewing?.catch(() => undefined);
    await this.write(0, clean);
  }

  private renew(): Promise<boolean> {
    this.renewing ??= this.extend()
      .then((held) => {
        if (!held && !this.released) {
          clearInterval(this.timer);
          this.onLost();
        }
        return held;
      })
      .finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  /** Counted from before the statement is sent, so that the server never ends the lease earlier than we do. */
  private async extend(): Promise<boolean> {
    const sentAt = performance.now();
    const held = await this.write(this.leaseMs, false);
    if (held) this.heldUntil = sentAt + this.leaseMs;
    return held;
  }

  private async write(leaseMs: number, clean: boolean): Promise<boolean> {
    const rows = [{ writer: this.writer, renewal: (this.renewal += 1) }];
    const params = { epoch: this.epoch, leaseMs, clean: clean ? 1 : 0 };
    return (await this.connection.insertSelect(WRITE_LEASE, rows, params)) > 0;
  }
}
