import { GroupCommitFullError } from '../../batching/group-commit-full.error.js';
import { GroupCommit } from '../../batching/group-commit.js';
import { timers } from '../../batching/timers.js';
import { StoreUnavailableError } from '../../event-store/store-unavailable.error.js';

/** Rows of one call beyond these bounds are sent in several statements. */
const MAX_CHUNK_ROWS = 500;
const MAX_CHUNK_BYTES = 1_048_576;
/** Bytes at which a statement is full. */
const MAX_BATCH_BYTES = 4_194_304;
/** A statement takes longer than this anyway, and rows that come meanwhile form the next one. */
const MAX_DELAY_MS = 2;
/** Ids, numbers and names of one row. */
const ROW_OVERHEAD_BYTES = 256;
const CLOSE_TIMEOUT_MS = 10_000;

export interface RowWriterOptions<T> {
  /** For errors, such as `rows of projections`. */
  readonly what: string;
  /** The JSON text of a row, by far its largest part. */
  readonly textOf: (row: T) => string;
  /** Rows that have the same meaning as the given ones, each key once. */
  readonly merge: (rows: readonly T[]) => readonly T[];
  /**
   * Writes rows, with its own repeats, and says what became of them.
   *
   * @throws StoreUnavailableError, SaveOutcomeUnknownError, ClosedError
   */
  readonly write: (rows: readonly T[]) => Promise<void>;
  /** Whether the database refused the rows that it was given, and wrote none of them. */
  readonly isRefusal: (error: unknown) => boolean;
}

/**
 * Writes the rows of many callers in few statements. Rows are idempotent by the key of their table. A statement that is
 * refused is cut in two, down to the rows of one call, so that nobody fails for the rows of another.
 */
export class RowWriter<T> {
  private readonly commit: GroupCommit<readonly T[]>;

  constructor(private readonly options: RowWriterOptions<T>) {
    this.commit = new GroupCommit<readonly T[]>({
      flush: (chunks) => options.write(options.merge(chunks.flat())),
      bytesOf: (chunk) => chunk.reduce((sum, row) => sum + this.bytesOf(row), 0),
      splitOn: options.isRefusal,
      maxBytes: MAX_BATCH_BYTES,
      maxDelayMs: MAX_DELAY_MS,
      clock: timers,
    });
  }

  /** @throws StoreUnavailableError, SaveOutcomeUnknownError, ClosedError */
  async write(rows: readonly T[]): Promise<void> {
    try {
      const chunks = this.chunks(rows);
      if (chunks.length === 1) await this.commit.add(chunks[0]!);
      else await Promise.all(chunks.map((chunk) => this.commit.add(chunk)));
    } catch (error) {
      if (!(error instanceof GroupCommitFullError)) throw error;
      throw new StoreUnavailableError(`Too many ${this.options.what} wait to be saved`, { cause: error });
    }
  }

  /** Writes what was accepted, for at most 10 s. */
  close(): Promise<void> {
    return this.commit.close({ timeoutMs: CLOSE_TIMEOUT_MS });
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
