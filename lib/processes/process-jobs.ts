import { createHash } from 'node:crypto';
import { MAX_TIMER_MS } from '../errors/integer-problem.js';
import type { StoredEvent } from '../events/stored-event.js';
import type { AppendResult } from '../event-store/append-result.js';
import type { CommandReply, OutboxJob, TimerJob } from '../queue/job.js';
import type { Lane, LaneKind } from '../queue/lane.js';
import type { StagedJob } from '../queue/staged-job.js';
import { encodeKey } from '../tenancy/encode-key.js';
import type { ProcessId } from './process-log.js';
import { inboxType, processType } from './stream/process-streams.js';

/** Entries of an inbox, `from` to `to`; `null` when they are to be read from the log. */
export interface EntriesRange {
  readonly from: number;
  readonly to: number;
  readonly events: readonly StoredEvent[] | null;
}

/** Lets a process decide about entries of its inbox. */
export function processJob(process: ProcessId, range: EntriesRange): StagedJob {
  const lane = laneOf('process', inboxType(process.name), process, process.id);
  return { lane, job: { kind: 'process', aggregateId: process.id, ...range } };
}

/**
 * The same for what was put into the inbox just now. What was there before is read from the log: however often it comes
 * again, a process that stands still has one job for it.
 */
export function processJobOf(
  process: ProcessId,
  { firstSequence: from, lastSequence: to, stored, repeated }: AppendResult,
): StagedJob {
  return processJob(process, { from, to, events: repeated ? null : stored });
}

/** Lets the inbox of a process hear of a command. */
export function replyJob(process: ProcessId, reply: CommandReply): StagedJob {
  const job: OutboxJob = { kind: 'outbox', aggregateId: process.id, reply };
  return { lane: laneOf('outbox', inboxType(process.name), process, process.id), job };
}

/** Lets everything be staged again that a process has open. However often it is told, it waits once. */
export function openJob(process: ProcessId): StagedJob {
  const job: OutboxJob = { kind: 'outbox', aggregateId: process.id };
  return { lane: laneOf('outbox', processType(process.name), process, process.id), job, dedupe: { forMs: 0 } };
}

/**
 * Looks at a wake-up when its time has come. It has a lane of its own, so that it holds up nothing; there it has one job,
 * whose time the last one staged says.
 *
 * @param delayMs beyond the longest timer it is looked at before its time, and waits on
 */
export function timerJob(process: ProcessId, wakeUp: string, since: number, delayMs: number): StagedJob {
  const { id } = process;
  const job: TimerJob = { kind: 'timer', aggregateId: id, wakeUp, since };
  const waitMs = Math.min(Math.max(0, Math.ceil(delayMs)), MAX_TIMER_MS);
  return {
    lane: laneOf('timer', processType(process.name), process, timerId(id, wakeUp, since)),
    job,
    debounce: { delayMs: waitMs, maxWaitMs: MAX_TIMER_MS, source: 'timer', rank: since },
  };
}

/** Short, however long the id of the process is. */
function timerId(id: string, wakeUp: string, since: number): string {
  return createHash('sha256')
    .update(encodeKey(id, wakeUp, since))
    .digest('base64url');
}

function laneOf(kind: LaneKind, aggregateType: string, { tenantId, name: component }: ProcessId, id: string): Lane {
  return { tenantId, kind, component, aggregateType, id };
}
