import type { Message } from '../message-snapshot.js';
import type { SimulationVerdict } from '../simulation-result.js';

export const SIMULATION_RUN_STATUSES = ['queued', 'running', 'finished', 'failed', 'cancelled'] as const;
export type SimulationRunStatus = (typeof SIMULATION_RUN_STATUSES)[number];

/** What is known of a simulation. */
export interface SimulationRun {
  readonly scenario: string | null;
  readonly scenarioSet: string | null;
  readonly status: SimulationRunStatus;
  /** Of the last snapshot. */
  readonly messages: readonly Message[];
  readonly snapshots: number;
  /** `null` before it is finished. */
  readonly verdict: SimulationVerdict | null;
  readonly reasoning: string;
  readonly metCriteria: readonly string[];
  readonly unmetCriteria: readonly string[];
  /** Why it failed or was cancelled. */
  readonly reason: string | null;
  /** Milliseconds since the epoch, as the other times. */
  readonly queuedAt: number | null;
  readonly startedAt: number | null;
  /** When it was finished, failed or cancelled. */
  readonly endedAt: number | null;
  /** From its start to its end, in milliseconds; `null` while it runs, and of a run that was never started. */
  readonly durationMs: number | null;
}
