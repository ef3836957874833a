import { OutageError } from '../errors/outage.error.js';

/**
 * Thrown when a statement had to wait too long, or behind too many others, for a free connection to ClickHouse. It was
 * not sent. Send less at once, or raise `maxOpenConnections`.
 *
 * @publicApi
 */
export class ClickHouseBusyError extends OutageError {
  readonly code = 'CLICKHOUSE_BUSY';

  constructor(problem: string) {
    super(`${problem}. The statement was not sent. Send less at once, or raise maxOpenConnections.`);
  }
}
