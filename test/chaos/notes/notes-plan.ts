import type { ProcessRole } from '../../../lib/index.js';
import type { Crash } from '../../support/crash-points.js';
import type { StorePlan } from '../stores/store-plan.js';

/** What all processes of a test have in common. */
export interface NotesSettings {
  readonly store: StorePlan;
  readonly redisPort: number;
  readonly leaseMs: number;
  readonly sweepIntervalMs: number;
  /** File in which senders write down what they send, and what they are answered. */
  readonly journal: string;
}

/** What a process is told in its first argument, as JSON. */
export interface NotesPlan extends NotesSettings {
  readonly role: ProcessRole;
  readonly crash?: Crash;
  /** Whether a web process sends more than what has no answer yet. */
  readonly sendsMore: boolean;
}
