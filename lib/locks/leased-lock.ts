import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../clock/clock.js';
import { ClosedError } from '../errors/closed.error.js';
import { integerProblem } from '../errors/integer-problem.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { OutageError } from '../errors/outage.error.js';
import { textProblem } from '../tenancy/text-problem.js';
import { DistributedLock, type HoldOptions } from './distributed-lock.js';
import type { HeldLock } from './held-lock.js';
import type { LockLease } from './lock-lease.js';
import type { LockResult } from './lock-result.js';

/** How often a lock is asked for by who waits. */
const POLL_MS = 100;
/** How long a stop waits for the runs that it aborted. */
const DRAIN_TIMEOUT_MS = 5_000;

const NOT_HELD = { held: false } as const;

/** What all adapters have in common: runs, waits and the end. An adapter takes a lock and lets go of it. */
export abstract class LeasedLock extends DistributedLock {
  private readonly stop = new AbortController();
  private readonly holders = new Set<Promise<unknown>>();
  private drained: Promise<void> | undefined;

  constructor(protected readonly clock: Clock) {
    super();
    // As many as run and wait here.
    setMaxListeners(0, this.stop.signal);
  }

  /**
   * Takes a lock that nobody holds, or that this owner holds already, since an earlier answer was lost.
   *
   * @throws OutageError
   */
  protected abstract acquire(name: string, owner: string): Promise<HeldLock | undefined>;

  /** Called once, when nothing runs any more. */
  protected abstract close(): Promise<void>;

  async tryHold<T>(name: string, run: (lease: LockLease) => Promise<T>): Promise<LockResult<T>> {
    checkName(name);
    return this.attempt(name, randomUUID(), run);
  }

  async hold<T>(
    name: string,
    run: (lease: LockLease) => Promise<T>,
    { waitMs, signal }: HoldOptions,
  ): Promise<LockResult<T>> {
    checkName(name);
    const problem = integerProblem(waitMs, 0);
    if (problem !== null) throw new InvalidArgumentError('waitMs', problem);
    const owner = randomUUID();
    const until = performance.now() + waitMs;
    const ended = signal ? AbortSignal.any([this.stop.signal, signal]) : this.stop.signal;
    for (;;) {
      ended.throwIfAborted();
      const left = until - performance.now();
      const result = await this.attempt(name, owner, run, left > 0);
      if (result.held || left <= 0) return result;
      await delay(Math.min(POLL_MS, left), undefined, { signal: ended }).catch(() => undefined);
    }
  }

  drain(): Promise<void> {
    this.drained ??= this.finish();
    return this.drained;
  }

  /** @param bearOutage whether a server that is away counts as somebody else that holds the lock */
  private async attempt<T>(
    name: string,
    owner: string,
    run: (lease: LockLease) => Promise<T>,
    bearOutage = false,
  ): Promise<LockResult<T>> {
    this.stop.signal.throwIfAborted();
    const acquired = this.acquire(name, owner).catch((error: unknown) => {
      if (bearOutage && error instanceof OutageError) return undefined;
      throw error;
    });
    const result = acquired.then((held) => (held ? this.runWith(held, run) : NOT_HELD));
    const settled = result.catch(() => undefined).finally(() => this.holders.delete(settled));
    this.holders.add(settled);
    return result;
  }

  private async runWith<T>(held: HeldLock, run: (lease: LockLease) => Promise<T>): Promise<LockResult<T>> {
    const { signal } = this.stop;
    const onStop = (): void => held.abort(signal.reason as Error);
    signal.addEventListener('abort', onStop, { once: true });
    try {
      // Closed while the server was asked.
      signal.throwIfAborted();
      return { held: true, value: await run(held.lease) };
    } finally {
      signal.removeEventListener('abort', onStop);
      await held.release();
    }
  }

  private async finish(): Promise<void> {
    this.stop.abort(new ClosedError('The lock'));
    await Promise.race([Promise.all(this.holders), delay(DRAIN_TIMEOUT_MS, undefined, { ref: false })]);
    await this.close();
  }
}

function checkName(name: string): void {
  const problem = textProblem(name);
  if (problem !== null) throw new InvalidArgumentError('name', problem);
}
