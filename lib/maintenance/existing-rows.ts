import type { EventLog } from '../event-store/event-log.js';
import type { LogPlace, LogRow } from '../event-store/log-row.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { compareStreams } from './walk-log.js';

/** The rows that a log has of one tenant, asked for in the order of the log: one walk answers for all of them. */
export class ExistingRows {
  private readonly rows: AsyncIterator<LogRow>;
  private current?: IteratorResult<LogRow>;

  constructor(log: EventLog, tenantId: TenantId) {
    this.rows = log.rows({ tenantId })[Symbol.asyncIterator]();
  }

  /** True when nothing is left. */
  get ended(): boolean {
    return this.current?.done === true;
  }

  /** The row at a place that is not before the last one that was asked for. */
  async at(place: LogPlace): Promise<LogRow | undefined> {
    this.current ??= await this.rows.next();
    while (!this.current.done && comparePlaces(this.current.value, place) < 0) this.current = await this.rows.next();
    if (this.current.done || comparePlaces(this.current.value, place) > 0) return undefined;
    return this.current.value;
  }

  async close(): Promise<void> {
    await this.rows.return?.();
  }
}

function comparePlaces(a: LogPlace, b: LogPlace): number {
  return compareStreams(a, b) || a.sequence - b.sequence;
}
