import { Logger } from '@nestjs/common';
import { afterEach, expect, it, vi } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import type { LaneConsumer } from '../../../lib/queue/lane-consumer.js';
import { LaneRun } from '../../../lib/queue/redis/lane-run.js';
import { wakeKey } from '../../../lib/queue/redis/lane-keys.js';
import { LaneSource } from '../../../lib/queue/redis/lane-source.js';
import type { Claim, Turn, TurnAnswer } from '../../../lib/queue/redis/redis-lane-engine.js';
import { eventually } from '../../support/eventually.js';

/** An engine whose answers are given by hand. */
class ScriptedEngine {
  readonly turns: Turn[] = [];
  private readonly answers: { resolve(answer: TurnAnswer): void; reject(error: Error): void }[] = [];
  private closed = false;

  exchange(turn: Turn): Promise<TurnAnswer> {
    this.turns.push(turn);
    return new Promise((resolve, reject) => {
      this.answers.push({ resolve, reject });
      if (this.closed) this.answer();
    });
  }

  answer(...claims: readonly Claim[]): void {
    this.answerWith({ claims });
  }

  answerWith(answer: Partial<TurnAnswer>): void {
    const nothing = { dueInMs: undefined, more: false, capped: false, lost: [], revision: '', claims: [] };
    this.answers.shift()!.resolve({ ...nothing, ...answer });
  }

  fail(): void {
    this.answers.shift()!.reject(new Error('away'));
  }

  /** Answers from now on by itself, that there is nothing. */
  close(): void {
    this.closed = true;
    while (this.answers.length > 0) this.answer();
  }
}

/** Marks that are set by hand. */
class ScriptedMarks {
  isWaiting = false;
  private closed = false;
  private give = (_key: string): void => {};
  private break = (_error: Error): void => {};

  blockingPop(): Promise<string | undefined> {
    this.isWaiting = true;
    return new Promise((resolve, reject) => {
      this.give = resolve;
      this.break = reject;
      if (this.closed) this.close();
    });
  }

  set(group: string): void {
    this.give(wakeKey('p', group));
  }

  close(): void {
    this.closed = true;
    this.break(new Error('closed'));
  }
}

const consumer: LaneConsumer = {
  components: [],
  policy: () => {
    throw new Error('not run here');
  },
  handle: () => {
    throw new Error('not run here');
  },
};

const claim = (lane: string): Claim => ({
  lane: `acme:fold:c:t:${lane}`,
  token: '7',
  failures: 2,
  outages: 1,
  redelivered: false,
  suspect: false,
  entries: ['x'],
});

const opened: { engine: ScriptedEngine; source: LaneSource }[] = [];
afterEach(async () => {
  for (const { engine, source } of opened.splice(0)) {
    engine.close();
    for (const run of source.take(Infinity)) source.end(run);
    await source.drain(1_000);
  }
});

function open(): {
  engine: ScriptedEngine;
  source: LaneSource;
  marks: ScriptedMarks;
} {
  const engine = new ScriptedEngine();
  const marks = new ScriptedMarks();
  const bounds = { maxInlineBytes: 1_000, maxJobBytes: 1_000 };
  const toRun = (of: Claim): LaneRun => new LaneRun(of, consumer, bounds, async () => {}, new SystemClock());
  const slots = { concurrency: 4, commandConcurrency: 2, tenantSharePercent: 100 };
  const options = { prefix: 'p', ...slots, leaseMs: 60_000, maxMarkWaitMs: 60_000 };
  const groups = [['fold:c', 10]] as const;
  const source = new LaneSource(engine, marks, groups, toRun, options, new SystemClock());
  opened.push({ engine, source });
  return { engine, source, marks };
}

/** So many turns of the event loop, in which a turn of the source would have begun. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}

it('asks for lanes once somebody waits for them, for as many as there are slots', async () => {
  const { engine, source } = open();
  await turns(5);
  expect(engine.turns).toEqual([]);
  const waited = source.lanes();
  await eventually(() => expect(engine.turns).toHaveLength(1));
  expect(engine.turns[0]).toMatchObject({ commands: { lanes: 2 }, others: { lanes: 4 } });
  engine.answer(claim('a'), claim('b'));
  await waited;
  const taken = [source.take(1), source.take(5), source.take(5)];
  expect(taken.map((runs) => runs.map(({ lane }) => lane.id))).toEqual([['a'], ['b'], []]);
  for (const run of taken.flat()) source.end(run);
});

it('gives lanes back, as they were, that nobody has taken when it is suspended', async () => {
  const { engine, source } = open();
  const waited = source.lanes();
  await eventually(() => expect(engine.turns).toHaveLength(1));
  engine.answer(claim('a'));
  await waited;
  source.suspend();
  expect(source.take(5)).toEqual([]);
  await eventually(() => expect(engine.turns.at(-1)!.ends).toHaveLength(1));
  const { lane, token } = claim('a');
  const asItWas = { lane, token, step: 'settle', completed: 0, failures: 2, outages: 1, followUps: [] };
  expect(engine.turns.at(-1)).toMatchObject({ ends: [asItWas], commands: { lanes: 0 }, others: { lanes: 0 } });
});

it('gives lanes back that arrive after it was suspended', async () => {
  const { engine, source } = open();
  const waited = source.lanes();
  await eventually(() => expect(engine.turns).toHaveLength(1));
  source.suspend();
  await waited;
  engine.answer(claim('a'));
  await eventually(() => expect(engine.turns.at(-1)!.ends).toMatchObject([{ lane: claim('a').lane, completed: 0 }]));
  expect(source.take(5)).toEqual([]);
});

it('asks again when somebody waits again', async () => {
  const { engine, source } = open();
  void source.lanes();
  await eventually(() => expect(engine.turns).toHaveLength(1));
  engine.answer();
  source.suspend();
  await turns(5);
  expect(engine.turns).toHaveLength(1);
  void source.lanes();
  await eventually(() => expect(engine.turns).toHaveLength(2));
  expect(engine.turns[1]).toMatchObject({ others: { lanes: 4 } });
});

it('ends a wait for lanes when it drains', async () => {
  const { source } = open();
  const waited = source.lanes();
  const drained = source.drain(1);
  await waited;
  await source.lanes();
  expect(source.drain(1)).toBe(drained);
  await drained;
});

it('asks again after growing pauses while the engine fails', async () => {
  const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
  const { engine, source } = open();
  void source.lanes();
  for (let turn = 1; turn <= 3; turn += 1) {
    await eventually(() => expect(engine.turns).toHaveLength(turn));
    engine.fail();
  }
  await eventually(() => expect(warn).toHaveBeenCalledTimes(3));
  expect(warn.mock.calls.map(([{ retryMs }]) => retryMs as unknown)).toEqual([100, 200, 400]);
  await eventually(() => expect(engine.turns).toHaveLength(4));
  engine.answer();
  warn.mockRestore();
});

it('does not ask on and on where all that there is must wait', async () => {
  const { engine, source } = open();
  void source.lanes();
  await eventually(() => expect(engine.turns).toHaveLength(1));
  engine.answerWith({ more: true });
  await turns(5);
  expect(engine.turns).toHaveLength(1);
});

it('tells again which marks it gives back when that was told in vain', async () => {
  const { engine, source, marks } = open();
  void source.lanes();
  await eventually(() => expect(engine.turns).toHaveLength(1));
  engine.answer();
  await eventually(() => expect(marks.isWaiting).toBe(true));
  source.suspend();
  marks.set('fold:c');
  for (const told of [2, 3]) {
    await eventually(() => expect(engine.turns).toHaveLength(told));
    expect(engine.turns.at(-1)!.wake).toEqual(['fold:c']);
    engine.fail();
  }
});
