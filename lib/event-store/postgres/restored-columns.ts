import type { KeyedEvent } from '../log-row.js';
import { keyRanges } from '../restored-append.js';

/** What an event that comes from another log brings along, as the function `append_events` takes it. */
export interface RestoredColumns {
  readonly recorded: number;
  /** In the first event of an append with a key, which has a last sequence. */
  readonly key?: string;
  readonly key_last?: number;
}

export function restoredColumns(events: readonly KeyedEvent[]): readonly RestoredColumns[] {
  const ranges = keyRanges(events);
  return events.map(({ event, key }) => {
    const range = key === undefined ? undefined : ranges.get(key);
    return {
      recorded: event.recordedAt,
      ...(range?.first === event.sequence && { key, key_last: range.last }),
    };
  });
}
