import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';

/** Bounds of the ClickHouse event store. @publicApi */
export interface ClickHouseEventStoreOptions {
  /**
   * True when the server belongs to this process alone and dies with it, as the embedded one does: then no former
   * writer can be alive, and neither a lease nor a wait is needed.
   *
   * @default false
   */
  readonly exclusiveServer?: boolean;
  /** How long opening waits while another process holds the writer lease. @default 30_000 */
  readonly leaseWaitMs?: number;
  /** How long the writer lease lasts without a renewal; renewed at a third of it. @default 15_000 */
  readonly leaseMs?: number;
  /** How long after it was sent the server still accepts an insert. @default 5_000 */
  readonly insertDeadlineMs?: number;
  /** Longest run time of one insert on the server. @default 10_000 */
  readonly maxInsertMs?: number;
  /**
   * How long after its recorded time an event may still become visible, and so how old it is before `readAll` gives it.
   * At least `insertDeadlineMs` and `maxInsertMs` together; what is more is left for repeats. The same for all
   * processes.
   *
   * @default 30_000, or those two together where they are more
   */
  readonly settleMs?: number;
  /** Most times that one batch is sent. @default 5 */
  readonly maxInsertAttempts?: number;
  /** How long an idle writer waits for further appends before it sends the first. @default 5 */
  readonly flushDelayMs?: number;
  /** Events at which a batch is full; an append above it goes alone. @default 1_000 */
  readonly maxBatchEvents?: number;
  /** Bytes of payload and metadata at which a batch is full; an append above it goes alone. @default 1_048_576 */
  readonly maxBatchBytes?: number;
  /** Batches on their way to the server at once. @default 2 */
  readonly maxInFlight?: number;
  /** Appends that may wait; beyond, an append fails with `StoreUnavailableError`. @default 10_000 */
  readonly maxWaitingAppends?: number;
  /** Bytes that may wait; beyond, an append fails with `StoreUnavailableError`. @default 134_217_728 */
  readonly maxWaitingBytes?: number;
  /** Longest wait of an append before it is sent; then it fails with `StoreUnavailableError`. @default 30_000 */
  readonly maxWaitMs?: number;
  /** Streams at rest whose head and keys stay in memory. @default 20_000 */
  readonly maxCachedStreams?: number;
  /** Keys of streams at rest that stay in memory. @default 200_000 */
  readonly maxCachedKeys?: number;
  /** Latest keys of one stream that the arbiter remembers; older ones are looked up in the log. @default 1_000 */
  readonly maxKeysPerStream?: number;
  /**
   * With Redis: after this long without an append Redis forgets head and keys of a stream, and asks the log when it is
   * used again. @default 86_400_000
   */
  readonly arbiterTtlMs?: number;
  /** How long `close()` waits for appends that were accepted. @default 10_000 */
  readonly closeTimeoutMs?: number;
}

export type ResolvedOptions = Required<ClickHouseEventStoreOptions>;

const DEFAULTS: ResolvedOptions = {
  exclusiveServer: false,
  leaseWaitMs: 30_000,
  leaseMs: 15_000,
  insertDeadlineMs: 5_000,
  maxInsertMs: 10_000,
  settleMs: 30_000,
  maxInsertAttempts: 5,
  flushDelayMs: 5,
  maxBatchEvents: 1_000,
  maxBatchBytes: 1_048_576,
  maxInFlight: 2,
  maxWaitingAppends: 10_000,
  maxWaitingBytes: 134_217_728,
  maxWaitMs: 30_000,
  maxCachedStreams: 20_000,
  maxCachedKeys: 200_000,
  maxKeysPerStream: 1_000,
  arbiterTtlMs: 86_400_000,
  closeTimeoutMs: 10_000,
};

/** Waits may be nothing; everything else is at least one. */
const MAY_BE_ZERO: readonly string[] = ['leaseWaitMs', 'flushDelayMs', 'closeTimeoutMs'];

/** @throws InvalidArgumentError */
export function resolveOptions(options: ClickHouseEventStoreOptions): ResolvedOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const resolved: ResolvedOptions = { ...DEFAULTS, ...given };
  for (const [name, value] of Object.entries<number | boolean>({ ...resolved })) {
    if (name === 'exclusiveServer') continue;
    const least = MAY_BE_ZERO.includes(name) ? 0 : 1;
    if (!Number.isSafeInteger(value) || Number(value) < least) {
      throw new InvalidArgumentError(name, `must be an integer of at least ${least}`);
    }
  }
  const least = resolved.insertDeadlineMs + longestInsertMs(resolved);
  if (options.settleMs === undefined) return { ...resolved, settleMs: Math.max(resolved.settleMs, least) };
  if (resolved.settleMs < least) throw new InvalidArgumentError('settleMs', `must be at least ${least}`);
  return resolved;
}

/** The server bounds the run time of an insert in whole seconds. */
export function longestInsertMs({ maxInsertMs }: Pick<ResolvedOptions, 'maxInsertMs'>): number {
  return Math.ceil(maxInsertMs / 1000) * 1000;
}
