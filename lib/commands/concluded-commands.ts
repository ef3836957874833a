import type { StreamId } from '../event-store/stream-id.js';
import type { CommandJob } from '../queue/job.js';
import type { CommandOutcome } from './command-outcome.js';

/** What processes have on record of their commands. */
export interface ConcludedCommands {
  /** What the sender of a command about a stream has heard became of it; `undefined` when it has heard nothing. */
  outcomeOf(stream: StreamId, job: CommandJob): Promise<CommandOutcome | undefined>;
}
