import type { ReactorTiming } from './reactor-timing.js';

/** What happens to reactions when a queue loses them. @publicApi */
export type ReactorDurability =
  | (ReactorTiming & {
      /**
       * Whether reactions survive a queue that lost everything: how far a row is reacted to is kept beside the projections,
       * and what lacks is found in the log at the next start at the latest. Every event is reacted to at least once, in the
       * order of the fold, so `debounce`, `throttle` and `dedupe` do not go with it, and an event that fails for good parks
       * its lane. One more load and save for each reaction. A reactor that is made durable, or is new, on a log with
       * history does not react to what was recorded before.
       *
       * @default false
       */
      readonly durable?: false;
      /**
       * What becomes of an event that is not reacted to in the end: it goes to the dead letters and its lane goes on, or the
       * lane is parked behind it until an operator decides. @default 'dead-letter', of a durable reactor always 'park'
       */
      readonly whenExhausted?: 'dead-letter' | 'park';
    })
  | {
      readonly durable: true;
      readonly whenExhausted?: 'park';
      /** See `ReactorTiming`. */
      readonly delayMs?: number;
      readonly debounce?: undefined;
      readonly throttle?: undefined;
      readonly dedupe?: undefined;
    };
