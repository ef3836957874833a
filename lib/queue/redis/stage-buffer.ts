import { randomUUID } from 'node:crypto';
import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises';
import { ClosedError } from '../../errors/closed.error.js';
import { describeError } from '../../errors/describe-error.js';
import { classifyRedisError } from '../../redis/classify-redis-error.js';
import { QueueFullError } from '../queue-full.error.js';
import { ForeignKeyError } from './foreign-key.error.js';
import { sizeOf } from './lane-entries.js';
import { QueueUnavailableError } from './queue-unavailable.error.js';
import type { RedisLaneEngine, StageCall, StageLimits } from './redis-lane-engine.js';

/** Bounds of one flush; a single larger call goes alone. */
const MAX_FLUSH_JOBS = 256;
const MAX_FLUSH_BYTES = 262_144;
const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 500;

export interface StageBufferOptions extends StageLimits {
  /** How long calls are repeated while Redis does not take them. */
  readonly stageTimeoutMs: number;
  /** Bytes of jobs that may be on their way. */
  readonly maxBufferedBytes: number;
}

interface PendingCall extends StageCall {
  readonly jobs: number;
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sends what callers stage: all calls that come while one flush is under way go out together in the next one. One at a
 * time, so that jobs arrive in the order in which they were staged.
 *
 * A flush that fails is sent again under its number until `stageTimeoutMs` is over; then it fails, and with it all that
 * waits behind it.
 */
export class StageBuffer {
  private readonly producer = randomUUID();
  private flushes = 0;
  private waiting: PendingCall[] = [];
  private bytes = 0;
  private flushing: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly engine: RedisLaneEngine,
    private readonly options: StageBufferOptions,
  ) {}

  /** @throws QueueFullError, QueueUnavailableError, ForeignKeyError, ClosedError */
  async add(call: StageCall): Promise<void> {
    if (this.closed) throw new ClosedError('The queue');
    const { jobs, bytes } = sizeOf(call.lanes);
    if (this.bytes > 0 && this.bytes + bytes > this.options.maxBufferedBytes) {
      throw new QueueFullError('maxBufferedBytes', this.options.maxBufferedBytes);
    }
    await new Promise<void>((resolve, reject) => {
      this.waiting.push({ ...call, jobs, bytes, resolve, reject });
      this.bytes += bytes;
      this.flushing ??= this.flushAll();
    });
  }

  /** Takes nothing more, and resolves when all is sent or has failed. */
  async close(): Promise<void> {
    this.closed = true;
    await this.flushing;
  }

  private async flushAll(): Promise<void> {
    while (this.waiting.length > 0) {
      // What is staged in one turn of the event loop goes together.
      await immediate();
      await this.flush(this.next());
    }
    this.flushing = undefined;
  }

  private next(): PendingCall[] {
    let jobs = 0;
    let bytes = 0;
    let count = 0;
    for (const call of this.waiting) {
      jobs += call.jobs;
      bytes += call.bytes;
      if (count > 0 && (jobs > MAX_FLUSH_JOBS || bytes > MAX_FLUSH_BYTES)) break;
      count += 1;
    }
    return this.waiting.splice(0, count);
  }

  private async flush(calls: readonly PendingCall[]): Promise<void> {
    this.flushes += 1;
    try {
      const answers = await this.send(calls, this.flushes);
      calls.forEach((call, index) => this.answer(call, answers[index]!));
    } catch (error) {
      for (const call of [...calls, ...this.waiting.splice(0)]) this.settle(call, error);
    }
  }

  private async send(calls: readonly PendingCall[], number: number): Promise<readonly string[]> {
    const deadline = performance.now() + this.options.stageTimeoutMs;
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, MAX_RETRY_MS)) {
      try {
        return await this.engine.stage({ producer: this.producer, number, calls });
      } catch (cause) {
        if (cause instanceof ClosedError) throw cause;
        if (classifyRedisError(cause) === 'permanent') throw new ForeignKeyError(describeError(cause), { cause });
        if (performance.now() + retryMs > deadline) throw new QueueUnavailableError(describeError(cause), { cause });
      }
      await delay(retryMs);
    }
  }

  private answer(call: PendingCall, answer: string): void {
    if (answer === '') this.settle(call);
    else if (answer.startsWith('!')) this.settle(call, new ForeignKeyError(answer.slice(1)));
    else this.settle(call, new QueueFullError(answer, this.options[answer as keyof StageLimits]));
  }

  private settle(call: PendingCall, error?: unknown): void {
    this.bytes -= call.bytes;
    if (error === undefined) call.resolve();
    else call.reject(error);
  }
}
