import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisConnection } from '../../../redis/redis-connection.js';
import { StoreUnavailableError } from '../../store-unavailable.error.js';
import { INSERT_TOKEN_PREFIX } from '../append-batch.js';
import { isFirstEpoch, nextEpoch, openEpoch, readEpoch } from '../arbiter-epoch.js';
import { insertsHaveEnded } from '../running-inserts.js';
import type { WriterTools } from '../writer-tools.js';
import type { ArbiterKeys } from './arbiter-keys.js';
import { CLAIM_EPOCH } from './scripts/claim-epoch.js';
import { PUBLISH_EPOCH } from './scripts/publish-epoch.js';
import { READ_EPOCH } from './scripts/read-epoch.js';

/** How long a claim to open the next epoch holds; renewed at a third of it. */
const CLAIM_MS = 6_000;
const MIN_POLL_MS = 20;
const MAX_POLL_MS = 100;
/** How many maximum insert times the wait for an epoch may take, above the time of one claim. */
const MAX_INSERT_WAITS = 6;

/**
 * The epochs of an arbiter in Redis. An epoch is one life of its memory: what Redis knows of streams counts only in the
 * epoch in which it was written, and the server of the log takes inserts of the newest epoch only.
 *
 * *lost* (Redis names no epoch for this life of it, or not the one that is the newest in the log) → *claimed* by one
 * process (the claim is a courtesy: epochs that two open are different) → *opened* (a row in the log's database; from
 * here on every insert of former epochs is refused) → (no insert of a former epoch can take effect any more)
 * *published* in Redis, once. Only now anybody reserves in it, and reads of the log are final for its heads.
 */
export class RedisEpochs {
  private known?: string;
  private finding?: Promise<void>;

  constructor(
    private readonly tools: WriterTools,
    private readonly redis: RedisConnection,
    private readonly keys: ArbiterKeys,
    private readonly writer: string,
    private readonly isClosed: () => boolean,
  ) {}

  /** The epoch to work in; undefined when it must be found first. */
  get current(): string | undefined {
    return this.known;
  }

  /** This epoch is no longer the one. */
  lose(epoch: string): void {
    if (this.known === epoch) this.known = undefined;
  }

  /**
   * Finds the current epoch, or opens the next one. Callers at the same time share the work.
   *
   * @throws StoreUnavailableError
   */
  find(): Promise<void> {
    this.finding ??= this.search()
      .then((epoch) => void (this.known = epoch))
      .catch((cause: unknown) => {
        if (cause instanceof StoreUnavailableError) throw cause;
        throw new StoreUnavailableError('The arbiter in Redis could not be reached', { cause });
      })
      .finally(() => (this.finding = undefined));
    return this.finding;
  }

  /**
   * Opens another epoch, whether this one is lost or not.
   *
   * @param between called while nobody can append: no insert of a former epoch can take effect any more, and nobody
   * reserves in the new one yet
   * @throws StoreUnavailableError
   */
  async renew(between: () => Promise<void>): Promise<void> {
    const former = this.known;
    const until = performance.now() + this.longestSearchMs;
    const claimant = `${this.writer}:${randomUUID()}`;
    try {
      while (!(await this.claim(claimant))) {
        if (!this.goesOn(until)) throw new StoreUnavailableError('No new epoch of the arbiter in Redis came about');
        await sleep(randomInt(MIN_POLL_MS, MAX_POLL_MS));
      }
      await this.openNext(claimant, until, between).finally(() => this.endClaim(claimant));
    } catch (cause) {
      if (cause instanceof StoreUnavailableError) throw cause;
      throw new StoreUnavailableError('The arbiter in Redis could not be reached', { cause });
    }
    if (former !== undefined) this.lose(former);
    await this.find();
  }

  private get longestSearchMs(): number {
    return CLAIM_MS + MAX_INSERT_WAITS * this.tools.options.maxInsertMs;
  }

  private async search(): Promise<string> {
    const until = performance.now() + this.longestSearchMs;
    while (this.goesOn(until)) {
      const published = await this.readPublished();
      if (published !== undefined) return published;
      const claimant = `${this.writer}:${randomUUID()}`;
      if (await this.claim(claimant)) {
        try {
          // Who held the claim before may have published meanwhile.
          if ((await this.readPublished()) === undefined) await this.openNext(claimant, until);
        } finally {
          await this.endClaim(claimant);
        }
      } else await sleep(randomInt(MIN_POLL_MS, MAX_POLL_MS));
    }
    throw new StoreUnavailableError('No new epoch of the arbiter in Redis came about in time');
  }

  /** The epoch that Redis works in, if it is the newest of the log. */
  private async readPublished(): Promise<string | undefined> {
    const [published, { newest }] = await Promise.all([
      this.redis.run(READ_EPOCH, [this.keys.epoch]),
      readEpoch(this.tools.connection),
    ]);
    return published === newest ? newest : undefined;
  }

  /** Publishes nothing when the claim is lost meanwhile; then somebody else does. */
  private async openNext(claimant: string, until: number, between?: () => Promise<void>): Promise<void> {
    const { connection, options } = this.tools;
    const renewal = setInterval(() => void this.claim(claimant).catch(() => undefined), CLAIM_MS / 3);
    try {
      const reading = await readEpoch(connection);
      const epoch = nextEpoch(reading);
      await openEpoch(connection, epoch, this.writer);
      // An insert that began before the row was visible ends within its own maximum time. Without a former epoch, as
      // at the first start, there is none.
      const ended =
        (await isFirstEpoch(connection, epoch)) ||
        (await insertsHaveEnded(
          connection,
          INSERT_TOKEN_PREFIX,
          (nowMs) => nowMs + options.maxInsertMs,
          () => this.goesOn(until),
        ));
      if (!ended) return;
      await between?.();
      await this.publish(claimant, epoch, reading.newest);
    } finally {
      clearInterval(renewal);
    }
  }

  /** Never sent twice: whether it took effect is read afterwards. */
  private async publish(claimant: string, epoch: string, former: string): Promise<void> {
    const args = [claimant, epoch, ...this.keys.openParts, former];
    await this.redis.run(PUBLISH_EPOCH, [this.keys.epoch, this.keys.claim], args).catch(() => undefined);
  }

  private goesOn(until: number): boolean {
    return !this.isClosed() && performance.now() < until;
  }

  /** Others need not wait until it runs out. */
  private async endClaim(claimant: string): Promise<void> {
    await this.claim(claimant, 1).catch(() => undefined);
  }

  private async claim(claimant: string, ms = CLAIM_MS): Promise<boolean> {
    return (await this.redis.run(CLAIM_EPOCH, [this.keys.claim], [claimant, ms])) === 1;
  }
}
