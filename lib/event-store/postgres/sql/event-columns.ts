import { toMs } from '../../../postgres/times.js';

/** What every read of events selects, of the table or subquery `e`; times as milliseconds since the epoch. */
export const EVENT_COLUMNS = `e.tenant_id, e.aggregate_type, e.aggregate_id, e.sequence, e.event_id::text AS event_id,
  e.event_type, e.event_version, ${toMs('e.occurred_at')} AS occurred_ms, ${toMs('e.recorded_at')} AS recorded_ms,
  e.payload, e.tags, e.metadata`;
