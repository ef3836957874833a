import type { PostgresStatement } from '../../../postgres/postgres-connection.js';

export interface NowRow {
  readonly now_ms: string | number;
}

/** The time of the server, as events are given it. */
export const READ_NOW: PostgresStatement = {
  text: 'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms',
  values: [],
};
