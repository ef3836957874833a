import type { LogRow } from '../../event-store/log-row.js';

/** Rows of one slice at most. */
const MAX_ROWS = 500;

/** Some rows of one stream that follow each other. */
export interface StreamSlice {
  /** At least one. */
  readonly rows: readonly LogRow[];
  /** Whether they are the last of their stream. */
  readonly ends: boolean;
}

/** Rows of the log, stream by stream. */
export async function* streamSlices(rows: AsyncIterable<LogRow>): AsyncGenerator<StreamSlice, void, undefined> {
  let slice: LogRow[] = [];
  for await (const row of rows) {
    const [first] = slice;
    if (first) {
      const ends = row.aggregateId !== first.aggregateId || row.tenantId !== first.tenantId;
      if (ends || slice.length >= MAX_ROWS) {
        yield { rows: slice, ends };
        slice = [];
      }
    }
    slice.push(row);
  }
  if (slice.length > 0) yield { rows: slice, ends: true };
}
