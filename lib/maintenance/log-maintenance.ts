import type { Clock } from '../clock/clock.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { integerProblem } from '../errors/integer-problem.js';
import type { EventSerializer } from '../events/event-serializer.js';
import { checkScanQuery } from '../event-store/check-scan-query.js';
import type { RemovedEvents } from '../event-store/event-log.js';
import type { FoldCache } from '../projections/fold-cache.js';
import type { GroupQueue } from '../queue/group-queue.js';
import type { Storage } from '../storage/storage.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { exportLog } from './export-log.js';
import type { ForgottenTenant } from './forgotten-tenant.js';
import { markImport } from './import-marks.js';
import type { ImportResult } from './import-result.js';
import { LogImporter } from './log-importer.js';
import type { LogReport, VerifyQuery } from './log-report.js';
import { LogVerifier } from './log-verifier.js';
import type { RetentionQuery } from './retention-query.js';
import { walkLog } from './walk-log.js';

const DEFAULT_MAX_PROBLEMS = 1_000;
const DAY_MS = 86_400_000;

/** What maintenance works on. */
export interface MaintenanceTools {
  readonly storage: Pick<Storage, 'log' | 'projections' | 'records'>;
  readonly queue: GroupQueue;
  /** The states that this process remembers. */
  readonly foldCache: Pick<FoldCache, 'forget'>;
  readonly serializer: EventSerializer;
  readonly clock: Clock;
}

/**
 * Looks after the log as a whole: verifies, exports, imports, removes. Injectable, in every role.
 *
 * Every call works in bounded memory and may take long. Every call may be repeated after any failure; those that fail
 * because a store is away throw `StoreUnavailableError`.
 *
 * @publicApi
 */
export class LogMaintenance {
  constructor(private readonly tools: MaintenanceTools) {}

  /**
   * Walks the log and reports each bad row; never throws at one. Rows that are removed or imported meanwhile may be
   * reported as holes.
   *
   * @throws InvalidTenantError, InvalidArgumentError, StoreUnavailableError
   */
  async verifyLog(query: VerifyQuery = {}): Promise<LogReport> {
    const { maxProblems = DEFAULT_MAX_PROBLEMS } = query ?? {};
    const problem = integerProblem(maxProblems, 1);
    if (problem !== null) throw new InvalidArgumentError('query.maxProblems', problem);
    const verifier = new LogVerifier(this.tools.serializer, maxProblems);
    for await (const entry of walkLog(this.tools.storage.log, checkScanQuery(query))) verifier.look(entry);
    return verifier.report();
  }

  /**
   * The log as JSON lines, each with its line break: a header, one line an event in the order of `EventStore.scan`, and
   * a trailer without which an import refuses the file. Rows are given as they stand, broken ones too.
   *
   * @param query the one tenant whose log it shall be @default all
   * @throws InvalidTenantError, StoreUnavailableError
   */
  exportLog(query: { readonly tenantId?: TenantId } = {}): AsyncIterable<string> {
    const { tenantId } = checkScanQuery(query);
    return exportLog(this.tools.storage.log, tenantId, this.tools.clock.now());
  }

  /**
   * Stores what `exportLog` gave, so that reads equal those of the source: ids, sequences, times, versions, metadata and
   * keys stay as they were. A line that is stored already is passed over, so an import that was cut is simply begun
   * again. Nothing is dispatched: projections catch up at the next start of a worker, and reactors are silent about what
   * was recorded before the import.
   *
   * @param lines with or without their line breaks, from the first one
   * @throws ImportRefusedError at a line that is not part of a whole export; what stood before it may be stored
   * @throws ImportConflictError when a stream holds other events already
   * @throws StoreUnavailableError, AppendOutcomeUnknownError; begin again
   */
  async importLog(lines: AsyncIterable<string> | Iterable<string>): Promise<ImportResult> {
    const { log, projections } = this.tools.storage;
    const importer = new LogImporter(log, async (tenantId) => markImport(projections, tenantId, await log.now()));
    try {
      for await (const line of lines) await importer.take(line);
      return await importer.finish();
    } finally {
      await importer.abandon();
    }
  }

  /**
   * Removes the whole streams of a tenant whose last event was recorded longer ago than a number of days. Never a part
   * of a stream: a projection is a fold over all of it. The heads stay, so that sequences never begin anew, and so do
   * projections and records. Keys go with their events.
   *
   * @returns how many streams were emptied, and of how many events
   * @throws InvalidTenantError, InvalidArgumentError, StoreUnavailableError
   */
  async applyRetention(query: RetentionQuery): Promise<RemovedEvents> {
    const { olderThanDays, ...given } = (query ?? {}) as RetentionQuery;
    const tenantId = createTenantId(given.tenantId);
    const { aggregateType } = checkScanQuery(given);
    const problem = integerProblem(olderThanDays, 1);
    if (problem !== null) throw new InvalidArgumentError('query.olderThanDays', problem);
    const before = Math.max(this.tools.clock.now() - olderThanDays * DAY_MS, 0);
    return this.tools.storage.log.removeIdle({ tenantId, aggregateType, before });
  }

  /**
   * Removes everything of a tenant: what waits in the queue, events, heads, keys, rows of projections, records. Its
   * streams begin anew at 1 afterwards.
   *
   * The tenant must be quiet: nobody sends commands or appends for it. What comes meanwhile may stay or go; call it
   * again then. Before it comes back under the same id, leave it quiet for a minute: so long other workers may remember
   * its states.
   *
   * @throws InvalidTenantError, StoreUnavailableError
   */
  async forgetTenant(tenantId: TenantId): Promise<ForgottenTenant> {
    const { storage, queue, foldCache } = this.tools;
    const forgotten = createTenantId(tenantId);
    // What leads to more comes first: jobs to events, events to rows.
    const jobs = await queue.forget(forgotten);
    const { streams, events } = await storage.log.forget(forgotten);
    const projectionRows = await storage.projections.forget(forgotten);
    const records = await storage.records.forget(forgotten);
    foldCache.forget(forgotten);
    return { jobs, streams, events, projectionRows, records };
  }
}
