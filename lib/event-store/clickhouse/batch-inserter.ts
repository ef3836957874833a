import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseConnection } from '../../clickhouse/clickhouse-connection.js';
import type { ClickHouseSettings } from '../../clickhouse/clickhouse-settings.js';
import type { ServerClock } from '../../clickhouse/server-clock.js';
import { readEpoch } from './arbiter-epoch.js';
import type { AppendStats } from './append-stats.js';
import type { ResolvedOptions } from './clickhouse-event-store-options.js';
import type { NewEventRow } from './event-row.js';
import { insertFailure } from './insert-failure.js';
import type { InsertOutcome, InsertPermit } from './insert-outcome.js';
import { FIND_EVENT } from './sql/find-event.js';
import { INSERT_EVENTS, insertEventsSettings } from './sql/insert-events.js';
import type { WriterTools } from './writer-tools.js';

const FIRST_PAUSE_MS = 50;
/** No repeat of a batch is begun later than this after its first send. */
const MAX_REPEAT_MS = 30_000;

/**
 * Sends one batch, always the same rows under the same token, until its outcome is known or its repeats have ended.
 *
 * `sent` → (rows written) `stored`; → (zero rows, newer epoch) `fenced`; → (zero rows, deadline passed) `sent` again
 * with a new deadline, or `late` where the reservation gives none; → (refused before it began) `sent` again, then
 * `refused`; → (anything else) *in doubt* and `sent` again. Once in doubt, only `stored` and `unknown` are left, because
 * an earlier send may still take effect.
 */
export class BatchInserter {
  private readonly connection: ClickHouseConnection;
  private readonly serverClock: ServerClock;
  private readonly options: ResolvedOptions;
  private readonly deduplication: ClickHouseSettings;
  private readonly stats: AppendStats;

  constructor(tools: WriterTools) {
    this.connection = tools.connection;
    this.serverClock = tools.serverClock;
    this.options = tools.options;
    this.deduplication = tools.deduplication;
    this.stats = tools.stats;
  }

  async insert(rows: readonly NewEventRow[], reservation: InsertPermit): Promise<InsertOutcome> {
    const { maxInsertAttempts } = this.options;
    const giveUpAt = performance.now() + MAX_REPEAT_MS;
    let serverNowMs = this.serverClock.now();
    let deadlineMs = 0;
    let late = false;
    let inDoubt = false;
    let cause: unknown;
    for (let attempt = 1; attempt <= maxInsertAttempts && performance.now() < giveUpAt; attempt++) {
      if (attempt > 1) await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 2));
      const next = reservation.deadline(serverNowMs);
      late = next === undefined;
      if (next === undefined) break;
      deadlineMs = Math.max(deadlineMs, next);
      const answer = await this.send(rows, reservation, deadlineMs);
      if ('error' in answer) {
        cause = answer.error;
        const failure = insertFailure(cause);
        inDoubt ||= failure === 'unknown';
        if (failure === 'refused-for-good') break;
      } else if (answer.written >= rows.length) {
        // After doubt this may be the answer to a token whose rows the crash of a server has lost.
        if (!inDoubt || (await this.isStored(rows[0]!))) return { kind: 'stored' };
        cause = new Error('The server takes the batch for a repeat of one that it cannot show.');
      } else if (answer.written > 0) {
        inDoubt = true;
        cause = new Error(`The server wrote ${answer.written} of ${rows.length} rows.`);
      } else {
        cause = new Error(`The insert came to the server after its deadline of ${this.options.insertDeadlineMs} ms.`);
        const reading = await readEpoch(this.connection).catch(() => undefined);
        serverNowMs = reading?.nowMs ?? serverNowMs;
        const newestEpoch = reading?.newest ?? reservation.epoch;
        if (newestEpoch !== reservation.epoch) {
          if (!inDoubt) return { kind: 'fenced', newestEpoch };
          if (await this.isStored(rows[0]!)) return { kind: 'stored' };
          return { kind: 'unknown', cause, deadlineMs, newestEpoch };
        }
      }
    }
    if (inDoubt) return { kind: 'unknown', cause, deadlineMs };
    return late ? { kind: 'late' } : { kind: 'refused', cause };
  }

  private async send(
    rows: readonly NewEventRow[],
    { epoch, token }: InsertPermit,
    deadline: number,
  ): Promise<{ readonly written: number } | { readonly error: unknown }> {
    this.stats.inserts += 1;
    try {
      const params = { epoch, deadline };
      const settings = insertEventsSettings(token, this.options.maxInsertMs, this.deduplication);
      return { written: await this.connection.insertSelect(INSERT_EVENTS, rows, params, settings) };
    } catch (error) {
      return { error };
    }
  }

  /** A batch is one part, so one row stands for all. When the question itself fails, the doubt stays. */
  private async isStored(row: NewEventRow): Promise<boolean> {
    const { tenant_id, aggregate_type, aggregate_id, sequence, event_id } = row;
    const params = { tenant_id, aggregate_type, aggregate_id, sequence, event_id };
    const [answer] = await this.connection.query<{ found: string }>(FIND_EVENT, params).catch(() => []);
    return Number(answer?.found ?? 0) > 0;
  }
}
