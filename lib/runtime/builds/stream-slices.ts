import type { LogRow } from '../../event-store/log-row.js';

/** Some rows of one stream that follow each other. */
export interface StreamSlice {
  /** At least one. */
  readonly rows: readonly LogRow[];
  /** Whether they are the last of their stream. */
  readonly ends: boolean;
}

/** Rows of the log, stream by stream. @param maxRows of one slice */
export async function* streamSlices(
  rows: AsyncIterable<LogRow>,
  maxRows: number,
): AsyncGenerator<StreamSlice, void, undefined> {
  let slice: LogRow[] = [];
  for await (const row of rows) {
    const [first] = slice;
    if (first) {
      const ends = row.aggregateId !== first.aggregateId || row.tenantId !== first.tenantId;
      if (ends || slice.length >= maxRows) {
        yield { rows: slice, ends };
        slice = [];
      }
    }
    slice.push(row);
  }
  if (slice.length > 0) yield { rows: slice, ends: true };
}
