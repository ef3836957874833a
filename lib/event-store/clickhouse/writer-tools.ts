import type { ClickHouseConnection } from '../../clickhouse/clickhouse-connection.js';
import type { ClickHouseSettings } from '../../clickhouse/clickhouse-settings.js';
import type { ServerClock } from '../../clickhouse/server-clock.js';
import type { EventSerializer } from '../../events/event-serializer.js';
import type { AppendStats } from './append-stats.js';
import type { ResolvedOptions } from './clickhouse-event-store-options.js';
import type { StreamReader } from './stream-reader.js';

/** What the writer and its parts work with. */
export interface WriterTools {
  readonly connection: ClickHouseConnection;
  readonly serverClock: ServerClock;
  readonly reader: StreamReader;
  readonly serializer: EventSerializer;
  readonly options: ResolvedOptions;
  /** Settings that make this server use the token of an insert. */
  readonly deduplication: ClickHouseSettings;
  readonly stats: AppendStats;
}
