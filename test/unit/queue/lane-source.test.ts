import { afterEach, expect, it } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import type { LaneConsumer } from '../../../lib/queue/lane-consumer.js';
import { LaneRun } from '../../../lib/queue/redis/lane-run.js';
import { LaneSource } from '../../../lib/queue/redis/lane-source.js';
import type { Claim, Turn, TurnAnswer } from '../../../lib/queue/redis/redis-lane-engine.js';
import { eventually } from '../../support/eventually.js';

/** An engine whose answers are given by hand. */
class ScriptedEngine {
  readonly turns: Turn[] = [];
  private readonly answers: ((answer: TurnAnswer) => void)[] = [];
  private closed = false;

  exchange(turn: Turn): Promise<TurnAnswer> {
    this.turns.push(turn);
    return new Promise((resolve) => {
      this.answers.push(resolve);
      if (this.closed) this.answer();
    });
  }

  answer(...claims: readonly Claim[]): void {
    this.answers.shift()!({ dueInMs: undefined, more: false, capped: false, lost: [], claims });
  }

  /** Answers from now on by itself, that there is nothing. */
  close(): void {
    this.closed = true;
    while (this.answers.length > 0) this.answer();
  }
}

/** No mark is ever set. */
class SilentMarks {
  private give = (_error: Error): void => {};

  blockingPop(): Promise<string | undefined> {
    return new Promise((_, reject) => (this.give = reject));
  }

  close(): void {
    this.give(new Error('closed'));
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

function open(): { engine: ScriptedEngine; source: LaneSource } {
  const engine = new ScriptedEngine();
  const bounds = { maxInlineBytes: 1_000, maxJobBytes: 1_000 };
  const toRun = (of: Claim): LaneRun => new LaneRun(of, consumer, bounds, async () => {}, new SystemClock());
  const options = { prefix: 'p', concurrency: 4, commandConcurrency: 2, tenantSharePercent: 100, leaseMs: 60_000 };
  const groups = [['fold:c', 10]] as const;
  const source = new LaneSource(engine, new SilentMarks(), groups, toRun, options, new SystemClock());
  opened.push({ engine, source });
  return { engine, source };
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
