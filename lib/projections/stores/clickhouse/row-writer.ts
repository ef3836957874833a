import { randomUUID } from 'node:crypto';
import { classifyClickHouseError } from '../../../clickhouse/classify-clickhouse-error.js';
import type { ClickHouseConnection } from '../../../clickhouse/clickhouse-connection.js';
import { GroupCommitFullError } from '../../../batching/group-commit-full.error.js';
import { GroupCommit } from '../../../batching/group-commit.js';
import { EventSourcingError } from '../../../errors/event-sourcing.error.js';
import { StoreUnavailableError } from '../../../event-store/store-unavailable.error.js';
import { SaveOutcomeUnknownError } from '../save-outcome-unknown.error.js';
import { repeated } from './repeat.js';
import { timers } from '../../../batching/timers.js';

/** Rows of one call beyond these bounds are sent in several inserts. */
const MAX_CHUNK_ROWS = 500;
const MAX_CHUNK_BYTES = 1_048_576;
/** Bytes at which an insert is full. */
const MAX_BATCH_BYTES = 4_194_304;
/** An insert takes longer than this anyway, and rows that come meanwhile form the next one. */
const MAX_DELAY_MS = 2;
/** Ids, numbers and names of one row. */
const ROW_OVERHEAD_BYTES = 256;
const CLOSE_TIMEOUT_MS = 10_000;

export interface RowWriterOptions<T> {
  readonly table: string;
  /** For errors, such as `rows of projections`. */
  readonly what: string;
  /** The JSON text of a row, by far its largest part. */
  readonly textOf: (row: T) => string;
  /** Rows that have the same meaning as the given ones, each key once. */
  readonly merge: (rows: readonly T[]) => readonly T[];
  readonly toColumns: (row: T) => object;
}

/**
 * Writes the rows of many callers in few inserts. Rows are idempotent by the key of their table, so an insert is
 * simply sent again when its outcome is unknown.
 */
export class RowWriter<T> {
  private readonly commit: GroupCommit<readonly T[]>;

  constructor(
    private readonly connection: ClickHouseConnection,
    private readonly options: RowWriterOptions<T>,
  ) {
    this.commit = new GroupCommit<readonly T[]>({
      flush: (chunks) => this.insert(options.merge(chunks.flat())),
      bytesOf: (chunk) => chunk.reduce((sum, row) => sum + this.bytesOf(row), 0),
      maxBytes: MAX_BATCH_BYTES,
      maxDelayMs: MAX_DELAY_MS,
      clock: timers,
    });
  }

  /** @throws StoreUnavailableError, SaveOutcomeUnknownError, ClosedError */
  async write(rows: readonly T[]): Promise<void> {
    await Promise.all(
      this.chunks(rows).map((chunk) =>
        this.commit.add(chunk).catch((error: unknown) => {
          if (!(error instanceof GroupCommitFullError)) throw error;
          throw new StoreUnavailableError(`Too many ${this.options.what} wait to be saved`, { cause: error });
        }),
      ),
    );
  }

  /** Writes what was accepted, for at most 10 s. */
  close(): Promise<void> {
    return this.commit.close({ timeoutMs: CLOSE_TIMEOUT_MS });
  }

  private async insert(rows: readonly T[]): Promise<void> {
    const { table, toColumns, what } = this.options;
    const columns = rows.map(toColumns);
    // A table that remembers inserts must not take equal rows, which rightly come again after they were deleted, for a
    // repeat. A new token for each batch says so in every version of the server; the settings for it differ.
    const settings = { insert_deduplication_token: randomUUID() };
    let maybeStored = false;
    try {
      await repeated(async () => {
        try {
          await this.connection.insert(table, columns, settings);
        } catch (error) {
          maybeStored ||= classifyClickHouseError(error) === 'unknown';
          throw error;
        }
      });
    } catch (cause) {
      if (maybeStored) throw new SaveOutcomeUnknownError(what, { cause });
      if (cause instanceof EventSourcingError) throw cause;
      throw new StoreUnavailableError(`ClickHouse did not take ${what}`, { cause });
    }
  }

  private chunks(rows: readonly T[]): readonly (readonly T[])[] {
    const chunks: T[][] = [];
    let bytes = Infinity;
    for (const row of rows) {
      const size = this.bytesOf(row);
      if (bytes + size > MAX_CHUNK_BYTES || chunks[chunks.length - 1]!.length === MAX_CHUNK_ROWS) {
        chunks.push([]);
        bytes = 0;
      }
      chunks[chunks.length - 1]!.push(row);
      bytes += size;
    }
    return chunks;
  }

  private bytesOf(row: T): number {
    return Buffer.byteLength(this.options.textOf(row)) + ROW_OVERHEAD_BYTES;
  }
}
