import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ClosedError } from '../../errors/closed.error.js';
import { QueueFullError } from '../queue-full.error.js';
import { ForeignKeyError } from './foreign-key.error.js';
import { sizeOf } from './lane-entries.js';
import { QueueUnavailableError } from './queue-unavailable.error.js';
import type { RedisLaneEngine, StageAnswer, StageCall, StageLimits } from './redis-lane-engine.js';
import { toQueueError } from './to-queue-error.js';

/** Bounds of one flush; a single larger call goes alone. */
const MAX_FLUSH_JOBS = 256;
const MAX_FLUSH_BYTES = 262_144;
/** Flushes under way: the server takes one while the answer of the other is worked off. */
const MAX_FLUSHES = 2;
/** From so many calls on they go in two halves, so that there is one to take while the other is answered. */
const CALLS_TO_HALVE = 16;
const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 500;

export interface StageBufferOptions extends StageLimits {
  /** How long calls are repeated while Redis does not take them. */
  readonly stageTimeoutMs: number;
  /** Bytes of jobs that may be on their way. */
  readonly maxBufferedBytes: number;
}

/** What became of a call. */
export interface Taken {
  /** Of the live routes, after it was taken. */
  readonly revision: string;
  /** The value of what stood under its key, so that it was not taken. */
  readonly first?: string;
}

interface PendingCall extends StageCall {
  readonly jobs: number;
  readonly bytes: number;
  readonly resolve: (taken: Taken) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sends what callers stage: calls that come while flushes are under way go out together in the next one. Jobs arrive in
 * the order in which they were staged: a flush says which ones before it have no answer yet, and the server takes none
 * before its predecessor.
 *
 * A flush that fails is sent again under its number until `stageTimeoutMs` is over; then it fails, and with it all that
 * waits behind it.
 */
export class StageBuffer {
  private readonly producer = randomUUID();
  private flushes = 0;
  private waiting: PendingCall[] = [];
  private bytes = 0;
  /** Numbers of the flushes under way, the oldest first. */
  private readonly underWay: number[] = [];
  private scheduled = false;
  private closed = false;
  private tellEmpty = (): void => {};

  constructor(
    private readonly engine: RedisLaneEngine,
    private readonly options: StageBufferOptions,
  ) {}

  /**
   * @throws QueueFullError, QueueUnavailableError, ForeignKeyError, ClosedError
   */
  add({ commands, lanes, once }: StageCall): Promise<Taken> {
    if (this.closed) return Promise.reject(new ClosedError('The queue'));
    const { jobs, bytes: size } = sizeOf(lanes);
    // One without jobs counts as well, so that the end waits for it.
    const bytes = Math.max(size, 1);
    if (this.bytes > 0 && this.bytes + bytes > this.options.maxBufferedBytes) {
      return Promise.reject(new QueueFullError('maxBufferedBytes', this.options.maxBufferedBytes));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ commands, lanes, once, jobs, bytes, resolve, reject });
      this.bytes += bytes;
      this.schedule();
    });
  }

  /** Takes nothing more, and resolves when all is sent or has failed. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.bytes > 0) await new Promise<void>((resolve) => (this.tellEmpty = resolve));
  }

  private schedule(): void {
    if (this.scheduled || this.waiting.length === 0) return;
    // The server remembers the answers of so many flushes, so none may run further ahead of the oldest one.
    if (this.underWay.length > 0 && this.flushes - this.underWay[0]! >= MAX_FLUSHES - 1) return;
    this.scheduled = true;
    // What is staged in one turn of the event loop goes together.
    setImmediate(() => {
      this.scheduled = false;
      void this.flush(this.next());
      this.schedule();
    });
  }

  private next(): PendingCall[] {
    const halve = this.underWay.length === 0 && this.waiting.length >= CALLS_TO_HALVE;
    const calls = halve ? Math.ceil(this.waiting.length / 2) : this.waiting.length;
    let jobs = 0;
    let bytes = 0;
    let count = 0;
    for (const call of this.waiting) {
      jobs += call.jobs;
      bytes += call.bytes;
      if (count === calls || (count > 0 && (jobs > MAX_FLUSH_JOBS || bytes > MAX_FLUSH_BYTES))) break;
      count += 1;
    }
    return this.waiting.splice(0, count);
  }

  private async flush(calls: readonly PendingCall[]): Promise<void> {
    this.flushes += 1;
    const number = this.flushes;
    this.underWay.push(number);
    try {
      const { calls: answers, revision } = await this.send(calls, number);
      calls.forEach((call, index) => this.answer(call, answers[index]!, revision));
    } catch (error) {
      for (const call of [...calls, ...this.waiting.splice(0)]) this.refuse(call, error);
    }
    this.underWay.splice(this.underWay.indexOf(number), 1);
    if (this.bytes === 0) this.tellEmpty();
    this.schedule();
  }

  private async send(calls: readonly PendingCall[], number: number): Promise<StageAnswer> {
    const deadline = performance.now() + this.options.stageTimeoutMs;
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, MAX_RETRY_MS)) {
      try {
        return await this.engine.stage({ producer: this.producer, number, oldest: this.underWay[0]!, calls });
      } catch (cause) {
        const error = toQueueError(cause);
        if (!(error instanceof QueueUnavailableError) || performance.now() + retryMs > deadline) throw error;
      }
      await delay(retryMs);
    }
  }

  private answer(call: PendingCall, answer: string, revision: string): void {
    if (answer.startsWith('!')) return this.refuse(call, new ForeignKeyError(answer.slice(1)));
    const first = answer.startsWith('=') ? answer.slice(1) : undefined;
    if (answer !== '' && first === undefined)
      return this.refuse(call, new QueueFullError(answer, this.options[answer as keyof StageLimits]));
    this.bytes -= call.bytes;
    call.resolve({ revision, first });
  }

  private refuse(call: PendingCall, error: unknown): void {
    this.bytes -= call.bytes;
    call.reject(error);
  }
}
