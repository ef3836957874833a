import type { LogPlace } from '../event-store/log-row.js';
import type { TenantId } from '../tenancy/tenant-id.js';

/**
 * What can be wrong with a row of the log.
 *
 * - `undecodable`: its payload or metadata is not a JSON object, or an upcaster fails at it.
 * - `unknown-type`: no pipeline of this process declares its type.
 * - `newer-version`: a newer release stored it, with a version that this one does not know.
 * - `invalid`: its data, in its newest shape, breaks the rules of its class.
 * - `hole`: events are missing before it.
 * - `doubled-sequence`: another event of its stream has the same sequence.
 * - `time-falls`: it was recorded before the event in front of it.
 *
 * @publicApi
 */
export type LogProblemCode =
  'undecodable' | 'unknown-type' | 'newer-version' | 'invalid' | 'hole' | 'doubled-sequence' | 'time-falls';

/** One bad row, and what is wrong with it. @publicApi */
export interface LogProblem extends LogPlace {
  readonly code: LogProblemCode;
  readonly eventId: string;
  readonly type: string;
  /** For people; says nothing that the code does not. */
  readonly detail: string;
}

/** What `verifyLog()` walked and found. @publicApi */
export interface LogReport {
  readonly streams: number;
  readonly events: number;
  /** Of the streams, those that retention has emptied at some time. */
  readonly emptiedStreams: number;
  /** How often each problem was found. */
  readonly counts: Readonly<Partial<Record<LogProblemCode, number>>>;
  /** The first problems, in the order of the log; `counts` has all of them. */
  readonly problems: readonly LogProblem[];
}

/** @publicApi */
export interface VerifyQuery {
  /** @default all tenants */
  readonly tenantId?: TenantId;
  /** @default all aggregate types */
  readonly aggregateType?: string;
  /** Most problems that are told one by one, from 1. @default 1_000 */
  readonly maxProblems?: number;
}
