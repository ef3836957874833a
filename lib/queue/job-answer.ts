/** Most bytes of one answer. */
export const MAX_ANSWER_BYTES = 8_192;

/**
 * What a handler says about a job to whoever asks for it, in whatever process. Kept for a time and then forgotten,
 * unlike the job: see the options of the queue.
 *
 * @publicApi
 */
export interface JobAnswer {
  /** Names the answer within its tenant; answered once. */
  readonly id: string;
  /** Text that the queue does not read; up to 8,192 bytes. */
  readonly value: string;
}
