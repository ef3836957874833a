import type { EmptiedStream } from '../event-store/emptied-stream.js';
import type { LogRow } from '../event-store/log-row.js';
import type { TenantId } from '../tenancy/tenant-id.js';

/** How the first line names what follows it. */
export const LOG_FORMAT = 'event-sourcing-log';
export const LOG_FORMAT_VERSION = 1;

/** The first line. */
export interface HeaderLine {
  readonly log: {
    readonly format: string;
    readonly version: number;
    /** ISO 8601. */
    readonly exportedAt: string;
    /** The one tenant whose log it is; absent for all. */
    readonly tenantId?: TenantId;
  };
}

/** One row of the log as it stands there, in the order of the log. */
export interface EventLine {
  readonly event: LogRow;
}

/** A stream that retention has emptied, before its events. */
export interface EmptiedLine {
  readonly emptied: EmptiedStream;
}

/** The last line, by which a cut file is noticed. */
export interface TrailerLine {
  readonly end: { readonly events: number; readonly emptied: number };
}

export type LogLine = HeaderLine | EventLine | EmptiedLine | TrailerLine;
