import { integerProblem } from '../../errors/integer-problem.js';
import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';

/** Bounds of the PostgreSQL event store. @publicApi */
export interface PostgresEventStoreOptions {
  /** Appends that may wait; beyond, an append fails with `StoreUnavailableError`. @default 10_000 */
  readonly maxWaitingAppends?: number;
  /** Most times that one append is sent, when the server rolls it back for a reason that may pass. @default 4 */
  readonly maxAttempts?: number;
  /** How long `close()` waits for appends that were accepted. @default 10_000 */
  readonly closeTimeoutMs?: number;
}

export type ResolvedOptions = Required<PostgresEventStoreOptions>;

const DEFAULTS: ResolvedOptions = { maxWaitingAppends: 10_000, maxAttempts: 4, closeTimeoutMs: 10_000 };

/** @throws InvalidArgumentError */
export function resolveOptions(options: PostgresEventStoreOptions): ResolvedOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const resolved: ResolvedOptions = { ...DEFAULTS, ...given };
  for (const [name, value] of Object.entries(resolved)) {
    const problem = integerProblem(value, name === 'closeTimeoutMs' ? 0 : 1);
    if (problem !== null) throw new InvalidArgumentError(name, problem);
  }
  return resolved;
}
