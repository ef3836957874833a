/** One statement with its parameters, `$1`, `$2` … */
export interface PostgresStatement {
  readonly text: string;
  /** Texts, numbers and booleans; lists and objects travel as JSON text. */
  readonly values?: readonly (string | number | boolean | null)[];
  /** Has the server keep the plan for each connection; always with the same text. */
  readonly name?: string;
}

export interface PostgresQueryable {
  /** The rows, all at once. Integers of 64 bits come as text or number: use `Number()`. */
  query<Row extends object>(statement: PostgresStatement): Promise<readonly Row[]>;
}

/**
 * The one way to PostgreSQL, on a server or embedded.
 *
 * Errors of the driver pass through as they are; `classifyPostgresError` says what they mean. Nothing is repeated here,
 * since only the caller knows whether a repeat is safe. Long results are read in pages by key (`readPages`), so a loop
 * over one holds neither a connection nor a transaction.
 */
export interface PostgresConnection extends PostgresQueryable {
  /** For messages, such as `PostgreSQL`. */
  readonly name: string;
  /**
   * Runs statements in one transaction of isolation READ COMMITTED: committed when `work` resolves, rolled back when it
   * rejects.
   *
   * @param timeoutMs bound of each statement @default the one of the connection
   */
  transaction<T>(work: (transaction: PostgresQueryable) => Promise<T>, timeoutMs?: number): Promise<T>;
  /** Resolves when the database answers and lets this user in, rejects with the reason otherwise. */
  ping(): Promise<void>;
  /** Refuses new statements, waits for the running ones for at most 5 s, then closes. */
  close(): Promise<void>;
}
