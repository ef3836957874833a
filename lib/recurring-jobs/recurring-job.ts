/** Work that is done again and again, by one of all processes at a time. It must bear to be done twice. */
export interface RecurringJob {
  /** Lower-case letters, digits and dashes; the same in all processes. */
  readonly name: string;
  /** From the beginning of one run to the beginning of the next; milliseconds. */
  readonly intervalMs: number;
  /** A run that takes longer is aborted; milliseconds. */
  readonly timeoutMs: number;
  /** @param signal aborted when the time is over, the process stops, or another process has taken over */
  readonly run: (signal: AbortSignal) => Promise<void>;
}
