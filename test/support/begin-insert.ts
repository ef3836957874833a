import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { expect } from 'vitest';
import type { ClickHouseConnection } from '../../lib/clickhouse/clickhouse-connection.js';
import { INSERT_TOKEN_PREFIX } from '../../lib/event-store/clickhouse/append-batch.js';
import { toRow } from '../../lib/event-store/clickhouse/event-row.js';
import { INSERT_EVENTS, insertEventsSettings } from '../../lib/event-store/clickhouse/sql/insert-events.js';
import type { StreamId } from '../../lib/event-store/stream-id.js';
import type { StoredEvent } from '../../lib/events/stored-event.js';
import type { TestClickHouse } from './clickhouse-server.js';
import { eventually } from './eventually.js';
import { createStorageContext } from './storage-context.js';

interface BegunInsert {
  readonly epoch: string;
  readonly stream: StreamId;
  /** @default 1 */
  readonly sequence?: number;
  readonly token?: string;
}

/**
 * Begins an insert, which the server lets in by its epoch and deadline, and resolves when it runs. Its last rows come
 * when the result is called.
 */
export async function beginInsert(
  server: TestClickHouse,
  connection: ClickHouseConnection,
  { epoch, stream, sequence = 1, token = `${INSERT_TOKEN_PREFIX}${epoch}-zombie` }: BegunInsert,
): Promise<() => Promise<void>> {
  const event: StoredEvent = {
    ...stream,
    id: (await createStorageContext()).ids.next(),
    sequence,
    type: 'contract.noted',
    version: 1,
    tags: [],
    // The server begins with an insert when it has read more than the longest statement, 256 KiB.
    payload: JSON.stringify({ body: 'x'.repeat(1_000_000) }),
    metadata: {},
    occurredAt: 0,
    recordedAt: 0,
  };
  const text = JSON.stringify(toRow(event, undefined));
  const query = new URLSearchParams({ database: connection.database, query: INSERT_EVENTS, param_epoch: epoch });
  query.set('param_deadline', `${Date.now() + 60_000}`);
  for (const [name, value] of Object.entries(insertEventsSettings(token, 60_000, {}))) query.set(name, `${value}`);
  const { username, password, url } = server;
  const sent = request(`${url}/?${query}`, { method: 'POST', auth: `${username}:${password}` });
  sent.write(text.slice(0, -10));
  await eventually(async () => {
    const running = await connection.query(`SELECT 1 FROM system.processes WHERE Settings['log_comment'] = '${token}'`);
    expect(running).toHaveLength(1);
  });
  return async () => {
    sent.end(text.slice(-10));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    expect(answer.headers['x-clickhouse-summary']).toContain('"written_rows":"1"');
    answer.resume();
  };
}
