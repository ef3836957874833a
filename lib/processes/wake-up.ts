/** What the method of a wake-up is told. @publicApi */
export interface WakeUp {
  readonly name: string;
  /** For when it was scheduled: not after now. */
  readonly dueAt: Date;
}
