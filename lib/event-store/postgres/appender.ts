import { ClosedError } from '../../errors/closed.error.js';
import type { StoredEvent } from '../../events/stored-event.js';
import { classifyPostgresError } from '../../postgres/classify-postgres-error.js';
import type { PostgresConnection } from '../../postgres/postgres-connection.js';
import { repeated } from '../../postgres/repeat.js';
import { AppendConditionFailedError } from '../append-condition-failed.error.js';
import { AppendOutcomeUnknownError } from '../append-outcome-unknown.error.js';
import type { AppendResult } from '../append-result.js';
import { isKnownKey } from '../is-known-key.js';
import type { PreparedAppendAll } from '../prepare-append-all.js';
import type { PreparedEvents } from '../prepare-append.js';
import { StoreUnavailableError } from '../store-unavailable.error.js';
import type { StreamId } from '../stream-id.js';
import { toAppendResult } from '../to-append-result.js';
import { WrongExpectedSequenceError } from '../wrong-expected-sequence.error.js';
import { fromRow, type EventRow } from './event-row.js';
import { toPosition } from './postgres-position.js';
import type { ReaderTools } from './reader-tools.js';
import { appendEvents, type AppendedRow } from './sql/append-events.js';
import { readAppended } from './sql/read-appended.js';

/** Sends appends, and says what became of them. */
export class Appender {
  constructor(
    private readonly tools: ReaderTools & { readonly connection: PostgresConnection },
    private readonly maxAttempts: number,
  ) {}

  /** @throws what `EventStore.append` says */
  async write(append: PreparedAppendAll): Promise<readonly AppendResult[]> {
    const { parts, key, condition } = append;
    const rows = await this.send(append);
    const { outcome, n, first_in: first, last_in: last } = rows[0]!;
    switch (outcome) {
      case 'conflict': {
        const { stream, expectedSequence } = parts[n! - 1]!;
        throw new WrongExpectedSequenceError(stream, expectedSequence, Number(last));
      }
      case 'matched': {
        const place = { transaction: String(first), position: String(last) };
        throw new AppendConditionFailedError(condition!.given, toPosition(place));
      }
      case 'key-of-another':
      case 'repeated':
        isKnownKey(outcome === 'repeated' ? parts.length : Number(last), parts.length);
        return Promise.all(parts.map(async ({ stream }) => (await this.find(stream, [key!])).get(key!)!));
      case 'appended': {
        const byNumber = new Map(rows.map((row) => [row.n, row]));
        return parts.map((part, index) => this.toResult(part, byNumber.get(index + 1)!));
      }
    }
  }

  private toResult({ stream, drafts }: PreparedEvents, row: AppendedRow): AppendResult {
    const first = Number(row.first_in);
    const recordedAt = Number(row.recorded_ms);
    const stored = drafts.map((draft, index): StoredEvent => ({ ...draft, sequence: first + index, recordedAt }));
    return toAppendResult(stream, stored, false, this.tools.serializer);
  }

  /** Repeated only where the server says that it rolled back: without an answer that is the caller's, with its key. */
  private async send(append: PreparedAppendAll): Promise<readonly AppendedRow[]> {
    const { connection, names } = this.tools;
    const statement = appendEvents(names, append);
    try {
      return await repeated({ maxAttempts: this.maxAttempts, on: ['transient'] }, () =>
        connection.query<AppendedRow>(statement),
      );
    } catch (cause) {
      if (cause instanceof ClosedError) throw cause;
      if (classifyPostgresError(cause) === 'unknown') {
        throw new AppendOutcomeUnknownError(append.parts[0]!.stream, { cause });
      }
      throw new StoreUnavailableError('The append could not be written to PostgreSQL', { cause });
    }
  }

  /** The results of those of the keys that the stream knows. */
  async find(stream: StreamId, keys: readonly string[]): Promise<ReadonlyMap<string, AppendResult>> {
    const rows = await this.tools.select<EventRow & { readonly append_key: string }>(
      readAppended(this.tools.names, stream, keys),
    );
    const found = new Map<string, StoredEvent[]>(rows.map((row) => [row.append_key, []]));
    for (const row of rows) found.get(row.append_key)!.push(fromRow(row));
    return new Map(
      [...found].map(([key, stored]) => [key, toAppendResult(stream, stored, true, this.tools.serializer)]),
    );
  }
}
