/** When a command is handled, and for which others it stands. @publicApi */
export interface DispatchOptions {
  /**
   * How long the command waits until it takes its place behind those that wait for its aggregate; milliseconds from 0 to
   * 2^31 - 1, which are 24 days.
   *
   * It keeps no other command off meanwhile, and is answered `queued`. It waits in the queue: in Redis as safely as any
   * command there; in process it goes with the process. What must not be lost for days is a wake-up of a `@ProcessManager`.
   *
   * @default that of its `@CommandHandler`, else 0
   */
  readonly delayMs?: number;
  /** @default that of its `@CommandHandler`, else none */
  readonly dedupe?: CommandDedupe;
}

/**
 * Lets a command stand for those of its type and tenant with the same key that are sent after it: they are not queued, and
 * are answered with its receipt, whatever becomes of it. Each still passes validation and middleware.
 *
 * @publicApi
 */
export interface CommandDedupe {
  /** 1 to 512 bytes. */
  readonly key: string;
  /**
   * How long, from when the first was accepted on, and in any case until its delay is over; milliseconds from 1. Its
   * outcome is told as long as the queue keeps it (`answersKeptMs`).
   */
  readonly forMs: number;
}
