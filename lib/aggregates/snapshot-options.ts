/**
 * When the state of an aggregate is kept, and under which version.
 *
 * @publicApi
 */
export interface SnapshotOptions<S> {
  /**
   * A snapshot is kept at the first save past each multiple of so many events, and by a load that had to read as many;
   * an integer from 1.
   */
  readonly every: number;
  /** A further rule: asked at each save that stores events, with the state as saved. @default never */
  readonly when?: (state: S) => boolean;
  /** Raise it when the state means something else: snapshots of other versions are not read. An integer from 1. @default 1 */
  readonly version?: number;
}
