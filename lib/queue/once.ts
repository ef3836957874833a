/** The longest key; bytes. */
export const MAX_ONCE_KEY_BYTES = 4_096;
/** The longest value; bytes. */
export const MAX_ONCE_VALUE_BYTES = 1_024;

/**
 * What a job is staged under, so that it stands for those that are staged under the same key of its tenant after it.
 *
 * @publicApi
 */
export interface Once {
  /** 1 to 4,096 bytes. */
  readonly key: string;
  /** What those are told that come after it; text that the queue does not read, up to 1,024 bytes. */
  readonly value: string;
  /** How long it stands, from when it was accepted on; milliseconds from 1 to 2^31 - 1. */
  readonly forMs: number;
}
