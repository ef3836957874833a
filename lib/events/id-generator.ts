import type { EventId } from './event-id.js';

/**
 * Source of ids, injected so that tests own chance.
 *
 * @publicApi
 */
export abstract class IdGenerator {
  /** A new id, later than those before it in the order of text. */
  abstract next(): EventId;

  /**
   * The id that belongs to `seed` at `timeMs`: the same for the same arguments, in every process.
   *
   * @param timeMs milliseconds since the epoch, the time part of the id
   */
  abstract derive(timeMs: number, seed: string): EventId;
}
