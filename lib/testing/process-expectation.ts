import { AssertionError, deepStrictEqual, fail, notStrictEqual } from 'node:assert';
import { EventSourcingError } from '../errors/event-sourcing.error.js';
import type { WakeUpTime } from '../processes/process-context.js';
import type { DecisionData } from '../processes/stream/decision.event.js';
import { asJson } from './as-json.js';

/** What a process came to. */
export type ProcessResult =
  | {
      readonly before: DecisionData;
      readonly after: DecisionData;
      /** Of the decision. */
      readonly sequence: number;
      /** Milliseconds since the epoch. */
      readonly now: number;
      readonly sent: readonly object[];
    }
  | { readonly error: unknown };

type Decided = Exclude<ProcessResult, { readonly error: unknown }>;

/**
 * What must hold of what a process manager decided. What does not is an `AssertionError` of `node:assert`.
 *
 * @publicApi
 */
export class ProcessExpectation<S> {
  constructor(private readonly result: ProcessResult) {}

  /** Exactly these commands, in this order, compared by class and as JSON carries them. */
  thenSends(...expected: readonly object[]): this {
    deepStrictEqual(this.decided().sent.map(describe), expected.map(describe));
    return this;
  }

  /** Such a wake-up, and no earlier or later. */
  thenSchedules(wakeUp: string, { afterMs, at }: WakeUpTime): this {
    const { after, now, sequence } = this.decided();
    const scheduled = after.wakeUps[wakeUp];
    if (scheduled?.since !== sequence) fail(`The wake-up '${wakeUp}' was not scheduled.`);
    deepStrictEqual(new Date(scheduled.dueAt), at ?? new Date(now + afterMs!));
    return this;
  }

  /** Such a wake-up was scheduled, and is no more: taken back, by itself or with the end, or told. */
  thenCancels(wakeUp: string): this {
    const { before, after } = this.decided();
    notStrictEqual(before.wakeUps[wakeUp], undefined, `The wake-up '${wakeUp}' was not scheduled before.`);
    deepStrictEqual(after.wakeUps[wakeUp], undefined, `The wake-up '${wakeUp}' is still scheduled.`);
    return this;
  }

  /** The state after it, compared as JSON carries it. */
  thenState(expected: S): this {
    deepStrictEqual(asJson(this.decided().after.state), asJson(expected));
    return this;
  }

  /** The process is over, and none of its wake-ups is scheduled. */
  thenEnds(): this {
    deepStrictEqual(this.decided().after.state, null, 'The process goes on.');
    return this;
  }

  /** It sends nothing, schedules nothing, and its state stays as it was. */
  thenNothing(): this {
    const { before, after } = this.decided();
    deepStrictEqual(asJson([after.state, after.wakeUps]), asJson([before.state, before.wakeUps]));
    return this.thenSends();
  }

  /** It fails, and nothing of it counts. @param code of the error; any when absent */
  thenFails(code?: string): this {
    if (!('error' in this.result)) fail('It did not fail.');
    const { error } = this.result;
    if (code !== undefined && !(error instanceof EventSourcingError && error.code === code)) throw error;
    return this;
  }

  private decided(): Decided {
    if ('error' in this.result) throw this.result.error;
    return this.result;
  }
}

function describe(command: object): object {
  if (typeof command !== 'object' || command === null) throw new AssertionError({ message: 'A command is an object.' });
  return { command: command.constructor.name, data: asJson(command) };
}
