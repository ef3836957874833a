import { encodeKey } from '../../tenancy/encode-key.js';
import type { EncodedProjectionRow } from './check-projection-row.js';
import type { EncodedRecordRow } from './check-record-row.js';

/** Each key once, with its highest sequence. Of equal sequences the first stays, as everywhere. */
export function highestOfEachKey(rows: readonly EncodedProjectionRow[]): readonly EncodedProjectionRow[] {
  const highest = new Map<string, EncodedProjectionRow>();
  for (const row of rows) {
    const key = encodeKey(row.tenantId, row.projection, row.version, row.id);
    const standing = highest.get(key);
    if (!standing || row.sequence > standing.sequence) highest.set(key, row);
  }
  return [...highest.values()];
}

/** Each event once, with the first of its records. */
export function firstOfEachEvent(rows: readonly EncodedRecordRow[]): readonly EncodedRecordRow[] {
  const first = new Map<string, EncodedRecordRow>();
  for (const row of rows) {
    const key = encodeKey(row.tenantId, row.projection, row.version, row.eventId);
    if (!first.has(key)) first.set(key, row);
  }
  return [...first.values()];
}
