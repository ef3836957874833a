import { Logger } from '@nestjs/common';
import type { Clock } from '../clock/clock.js';
import { describeError } from '../errors/describe-error.js';
import { encodeKey } from '../tenancy/encode-key.js';
import type { FeatureFlags, SwitchableWork } from './feature-flags.js';

/** Answers that are remembered; beyond it the oldest go. */
const MAX_ANSWERS = 10_000;
/** From so many questions in a row on that were not answered in time, one is asked at a time and the others do not wait. */
const UNANSWERED_TO_DISTRUST = 10;
const MS_BETWEEN_LINES = 60_000;

export interface FlagGateOptions {
  /** How long an answer holds. */
  readonly flagCacheMs: number;
  /** How long after an answer what is off is looked at again; an answer `off` holds no longer. */
  readonly flagRecheckMs: number;
  /** How long an answer is waited for. */
  readonly flagTimeoutMs: number;
}

interface Answer {
  readonly isOn: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Asks feature flags, remembers what they said, and takes what is no answer for `on`. */
export class FlagGate {
  private readonly logger = new Logger('EventSourcing');
  /** The oldest first, as a Map iterates in the order of insertion. */
  private readonly answers = new Map<string, Answer>();
  private readonly asked = new Map<string, Promise<Answer>>();
  private unanswered = 0;
  private readonly loggedAt = new Map<string, number>();

  constructor(
    private readonly flags: FeatureFlags,
    private readonly options: FlagGateOptions,
    private readonly clock: Clock,
  ) {}

  /** For how long work is to be held; `undefined` when it may be done. At once where the answer is known. Never rejects. */
  heldForMs(work: SwitchableWork): number | undefined | Promise<number | undefined> {
    const key = encodeKey(work.kind, work.component, work.tenantId);
    const known = this.known(key);
    if (known) return this.timeOf(known);
    const asked = this.asked.get(key);
    if (asked) return asked.then((answer) => this.timeOf(answer));
    if (this.unanswered >= UNANSWERED_TO_DISTRUST && this.asked.size > 0) return undefined;
    const asking = this.ask(key, work).finally(() => this.asked.delete(key));
    this.asked.set(key, asking);
    return asking.then((answer) => this.timeOf(answer));
  }

  private known(key: string): Answer | undefined {
    const answer = this.answers.get(key);
    if (!answer) return undefined;
    const { flagCacheMs, flagRecheckMs } = this.options;
    const age = this.clock.now() - answer.at;
    // A clock that was set back says nothing.
    if (age >= 0 && age < (answer.isOn ? flagCacheMs : Math.min(flagCacheMs, flagRecheckMs))) return answer;
    this.answers.delete(key);
    return undefined;
  }

  private timeOf({ isOn, at }: Answer): number | undefined {
    if (isOn) return undefined;
    return Math.max(1, Math.ceil(this.options.flagRecheckMs - Math.max(0, this.clock.now() - at)));
  }

  private async ask(key: string, work: SwitchableWork): Promise<Answer> {
    const { flagTimeoutMs } = this.options;
    let cancel = (): void => {};
    let isOn = true;
    try {
      const late = new Promise<'late'>((resolve) => {
        cancel = this.clock.schedule(flagTimeoutMs, () => resolve('late'));
      });
      const said: unknown = await Promise.race([this.call(work), late]);
      this.unanswered = said === 'late' ? this.unanswered + 1 : 0;
      if (typeof said === 'boolean') isOn = said;
      else
        this.failed(said === 'late' ? `no answer within ${flagTimeoutMs} ms` : `no boolean, but ${typeof said}`, work);
    } catch (error) {
      this.unanswered = 0;
      this.failed(describeError(error), work);
    }
    cancel();
    if (!isOn) this.log('held', 'Switched off by its feature flag: its work waits', work);
    return this.keep(key, { isOn, at: this.clock.now() });
  }

  /** A flag that is thrown at once is thrown like one that comes later. */
  private async call(work: SwitchableWork): Promise<boolean> {
    return this.flags.isOn(work);
  }

  private keep(key: string, answer: Answer): Answer {
    this.answers.set(key, answer);
    const [oldest] = this.answers.keys();
    if (this.answers.size > MAX_ANSWERS) this.answers.delete(oldest!);
    return answer;
  }

  private failed(problem: string, work: SwitchableWork): void {
    this.log('failed', 'The feature flags failed, which means on', { ...work, problem });
  }

  /** One line of a sort a minute. */
  private log(sort: string, message: string, details: object): void {
    const now = this.clock.now();
    const last = this.loggedAt.get(sort);
    if (last !== undefined && now >= last && now - last < MS_BETWEEN_LINES) return;
    this.loggedAt.set(sort, now);
    this.logger.warn({ message, ...details });
  }
}
