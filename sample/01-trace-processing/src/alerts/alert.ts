import type { JsonValue } from '@event-sourcing/nestjs';

/** Something that somebody should look at. */
export interface Alert {
  readonly kind: 'trace_failed' | 'simulation_failed';
  /** The trace or the simulation run. */
  readonly subjectId: string;
  /** What went wrong, in its own words; may be empty. */
  readonly message: string;
  /** What else is known, by kind. */
  readonly details: Readonly<Record<string, JsonValue>>;
  /** When the event was recorded that led to it; milliseconds since the epoch. */
  readonly recordedAt: number;
}
