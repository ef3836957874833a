import type { EventSerializer } from '../../events/event-serializer.js';
import type { PostgresStatement } from '../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../postgres/schema-names.js';

/** What the parts of the store read with. */
export interface ReaderTools {
  readonly names: SchemaNames;
  readonly serializer: EventSerializer;
  /** Sends a statement that may be sent again. @throws StoreUnavailableError */
  select<Row extends object>(statement: PostgresStatement): Promise<readonly Row[]>;
}
