import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Clock } from '../../clock/clock.js';
import { describeError } from '../../errors/describe-error.js';
import type { RedisConnection } from '../../redis/redis-connection.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { AnswerWaits } from '../answer-waits.js';
import { answerKey } from '../check-answers.js';
import { GroupQueue } from '../group-queue.js';
import { answeredChannel } from './lane-keys.js';
import type { QueueListener } from './queue-listener.js';
import { runScript } from './run-script.js';
import { ANSWERS } from './scripts/answers.script.js';

/** Answers that one script reads. */
const MAX_READ = 256;
/** Whoever missed a message, or does not hear any, looks by himself after this time. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Answers on the server, and those in this process who wait for them. The truth is what is read; a message only says
 * that there is something to read, so it may come twice or not at all: after each reconnection, and now and then, all that
 * is waited for is read.
 */
export class RedisAnswers {
  private readonly logger = new Logger(GroupQueue.name);
  private readonly waits: AnswerWaits;
  private ended = false;
  /** Keys to be read. */
  private readonly wanted = new Set<string>();
  private isReading = false;
  /** Whether the log knows that something is wrong. */
  private isFailing = false;
  private looking: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: Pick<RedisConnection, 'run'>,
    private readonly listener: QueueListener,
    private readonly prefix: string,
    clock: Clock,
  ) {
    this.waits = new AnswerWaits(clock);
    listener.hear(answeredChannel(prefix), {
      onMessage: (message) => this.look(message.split(' ').filter((key) => this.waits.has(key))),
      onListening: () => this.look(this.waits.keys()),
    });
  }

  /** See `GroupQueue.answer()`. */
  async read(tenantId: TenantId, id: string): Promise<string | undefined> {
    const [value] = await this.readAll([answerKey(tenantId, id)]);
    return value ?? undefined;
  }

  /** See `GroupQueue.awaitAnswer()`. */
  async wait(tenantId: TenantId, id: string, timeoutMs: number): Promise<string | undefined> {
    const key = answerKey(tenantId, id);
    if (this.ended) return undefined;
    const answer = this.waits.wait(key, timeoutMs);
    this.listener.listen();
    this.look([key]);
    this.looking ??= setInterval(() => this.lookAgain(), LOOK_AGAIN_MS).unref();
    return answer;
  }

  /** Resolves when nobody waits, or when the time is over. */
  async quiet(timeoutMs: number): Promise<void> {
    const over = new AbortController();
    await Promise.race([this.waits.none(), delay(timeoutMs, undefined, { signal: over.signal })]);
    over.abort();
  }

  /** Whoever waits still is answered with nothing. */
  end(): void {
    this.ended = true;
    clearInterval(this.looking);
    this.waits.end();
  }

  private lookAgain(): void {
    if (this.waits.size > 0) {
      this.listener.listen();
      this.look(this.waits.keys());
    } else {
      clearInterval(this.looking);
      this.looking = undefined;
    }
  }

  private look(keys: Iterable<string>): void {
    for (const key of keys) this.wanted.add(key);
    if (this.wanted.size > 0 && !this.isReading) void this.readWanted();
  }

  private async readWanted(): Promise<void> {
    this.isReading = true;
    try {
      while (this.wanted.size > 0) {
        // What is asked for in one turn of the event loop goes together.
        await immediate();
        const keys = [...this.wanted].slice(0, MAX_READ);
        for (const key of keys) this.wanted.delete(key);
        const values = await this.readAll(keys);
        this.isFailing = false;
        keys.forEach((key, index) => {
          const value = values[index];
          if (value !== null) this.waits.settle(key, value);
        });
      }
    } catch (error) {
      this.wanted.clear();
      this.warn(error);
    } finally {
      this.isReading = false;
    }
  }

  /** Per key its answer, or `null`. */
  private async readAll(keys: readonly string[]): Promise<(string | null)[]> {
    // A key is what the script takes: tenant and id, both encoded.
    const args = keys.flatMap((key) => key.split(':'));
    return (await runScript(this.connection, ANSWERS, this.prefix, args)) as (string | null)[];
  }

  private warn(error: unknown): void {
    if (this.isFailing || this.ended) return;
    this.isFailing = true;
    this.logger.warn({ message: 'Outcomes of commands are looked for again', error: describeError(error) });
  }
}
