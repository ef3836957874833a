import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import type { JsonValue } from '../../../events/json-value.js';
import type { CommandJob } from '../../../queue/job.js';
import { type Lane, laneKey } from '../../../queue/lane.js';
import type { LaneOutcome } from '../../../queue/lane-batch.js';
import type { StagedJob } from '../../../queue/staged-job.js';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import { InvalidTenantError } from '../../../tenancy/invalid-tenant.error.js';
import { AWKWARD_IDS } from '../awkward-texts.js';
import { eventually } from '../eventually.js';
import { BAD_IDS, BAD_TENANTS } from '../expect-refused.js';
import {
  COMPONENTS,
  type GroupQueueCases,
  POLICY,
  command,
  done,
  lane,
  range,
  sequenceOf,
  settled,
} from './group-queue-cases.js';

type ErrorClass = abstract new (...args: never[]) => Error;

const LONGEST_ID = 'x'.repeat(512);
const TEN_KB = 'x'.repeat(10_240);

const cyclic: Record<string, unknown> = {};
cyclic['self'] = { deeper: [cyclic] };

const unwritable = (): never => {
  throw new Error('it cannot be written');
};

const NOT_JSON: readonly (readonly [string, unknown])[] = [
  ['cyclic', cyclic],
  ['NaN', { n: Number.NaN }],
  ['an infinite number', [Number.POSITIVE_INFINITY]],
  ['a bigint', { n: 1n }],
  ['undefined', undefined],
  ['a property that is undefined', { a: undefined }],
  ['a function', { f: () => 1 }],
  ['a symbol', [Symbol('s')]],
  ['a date', { at: new Date(0) }],
  ['a map', new Map([['a', 1]])],
  ['an object of a class', { e: new Error('e') }],
  ['what throws when it is written', { toJSON: unwritable }],
];

/** What a handler may answer by mistake, of three jobs. */
const NONSENSE: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['a number', 3],
  ['no count', { followUps: [] }],
  ['a negative count', { completed: -1, followUps: [] }],
  ['NaN', { completed: Number.NaN, followUps: [] }],
  ['work that was done and held', { completed: 1, followUps: [], heldForMs: 1 }],
  ['work that failed and is held', { completed: 0, followUps: [], heldForMs: 1, failure: { error: new Error('no') } }],
  ['work that is held for no time', { completed: 0, followUps: [], heldForMs: 0 }],
  ['half a job', { completed: 1.5, followUps: [] }],
  ['more than it was given', { completed: 4, followUps: [] }],
  ['a count without end', { completed: Number.POSITIVE_INFINITY, followUps: [] }],
  ['a count as text', { completed: '1', followUps: [] }],
  ['no follow-ups', { completed: 1 }],
  ['a failure after the last job', { completed: 3, followUps: [], failure: { error: new Error('of what?') } }],
  ['a follow-up without a tenant', { completed: 1, followUps: [followUp({ tenantId: undefined })] }],
  ['a follow-up for a lane with NUL', { completed: 1, followUps: [followUp({ id: 'a\u0000' })] }],
  ['a follow-up that is not JSON', { completed: 1, followUps: [commandOf(cyclic)] }],
];

function followUp(part: Partial<Record<keyof Lane, unknown>>): StagedJob {
  return range({ ...lane('next'), ...part } as Lane, 1);
}

function commandOf(data: unknown): StagedJob {
  const staged = command(lane('a', 'command'), '1');
  return { ...staged, job: { ...(staged.job as CommandJob), data: data as JsonValue } };
}

/** See `groupQueueSuite`. */
export function badInputCases({ expect, test, open, start }: GroupQueueCases): void {
  test('refuses lanes with an illegal part, and takes none of the jobs beside them', async () => {
    const queue = await start(done);
    const refused = async (part: Partial<Record<keyof Lane, unknown>>, error: ErrorClass): Promise<void> => {
      const bad = range({ ...lane('a'), ...part } as Lane, 1);
      const good = range(lane('good'), 1);
      await expect(queue.stage([good, bad])).rejects.toBeInstanceOf(error);
      await expect(queue.stage([bad, good])).rejects.toBeInstanceOf(error);
    };
    for (const [, tenantId] of [...BAD_TENANTS, ['10 kB', TEN_KB] as const]) {
      await refused({ tenantId }, InvalidTenantError);
    }
    for (const [, id] of [...BAD_IDS, ['10 kB', TEN_KB] as const]) {
      for (const part of ['id', 'component', 'aggregateType'] as const) {
        await refused({ [part]: id }, InvalidArgumentError);
      }
    }
    expect(await queue.depth()).toMatchObject({ jobs: 0 });
  });

  test('keeps lanes of any legal text apart, and finds them again', async () => {
    const queue = await open();
    const texts = [...AWKWARD_IDS, LONGEST_ID, '{', '}', '{}', ':', '::', '{a}:b', 'a b', 'a%3Ab', '*', '-inf', '0'];
    const seen = new Map<string, number[]>();
    queue.consume({
      components: [...COMPONENTS, ...texts.map((component) => ({ kind: 'fold' as const, component }))],
      policy: () => ({ ...POLICY, maxBatchJobs: 2, whenExhausted: 'park' }),
      handle: async (batch) => {
        const key = laneKey(batch.lane);
        seen.set(key, [...(seen.get(key) ?? []), ...batch.jobs.map(sequenceOf)]);
        return done(batch);
      },
    });
    const lanes = texts.flatMap((text) => [
      lane(text),
      lane('a', 'fold', text),
      { ...lane('a'), component: text },
      { ...lane('a'), aggregateType: text },
    ]);
    for (const sequence of [1, 2, 3]) await queue.stage(lanes.map((one) => range(one, sequence)));
    await settled(queue);
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(lanes.map((one) => [laneKey(one), [1, 2, 3]])));
    for (const tenantId of texts.map(createTenantId)) {
      const note = { by: 'ann', reason: 'a try' };
      expect(await queue.control.pause({ tenantId }, note)).toBe(true);
      await queue.stage([range({ ...lane('a'), tenantId }, 4)]);
      expect((await queue.control.usageByTenant()).get(tenantId)).toMatchObject({ jobs: 1 });
      expect(await queue.forget(tenantId)).toBe(1);
    }
    expect(await queue.depth()).toMatchObject({ jobs: 0, running: 0 });
  });

  test.each(NOT_JSON)(
    'refuses a command that is not JSON (%s), and takes none of the jobs beside it',
    async (_, data) => {
      const queue = await start(done);
      const refused = queue.stage([range(lane('good'), 1), commandOf(data)]);
      await expect(refused).rejects.toBeInstanceOf(InvalidArgumentError);
      await expect(refused).rejects.toMatchObject({ field: 'job.data' });
      expect(await queue.depth()).toMatchObject({ jobs: 0 });
    },
  );

  test('carries whatever is JSON as it is', async () => {
    const found: JsonValue[] = [];
    const queue = await start((batch) => {
      found.push(...(batch.jobs as readonly CommandJob[]).map(({ data }) => data));
      return done(batch);
    });
    let deep: JsonValue = [];
    for (let depth = 0; depth < 900; depth += 1) deep = { deep };
    const values: readonly JsonValue[] = [
      null,
      '',
      'nul \u0000, line\nfeed, lone \ud800, {tag}, :',
      -1.5e-300,
      [[], {}, [null]],
      { __proto__: null, '': 1, 'a b': { constructor: 1 } },
      JSON.parse('{"__proto__": 1}') as JsonValue,
      deep,
    ];
    await queue.stage(values.map(commandOf));
    await settled(queue);
    expect(found.map((data) => JSON.stringify(data))).toEqual(values.map((data) => JSON.stringify(data)));
  });

  test.each(NONSENSE)('acknowledges nothing of an outcome that makes no sense (%s)', async (_, outcome) => {
    const queue = await start((batch) => (batch.lane.id === 'a' ? (outcome as LaneOutcome) : done(batch)), {
      policy: { maxBatchJobs: 3, whenExhausted: 'park' },
    });
    await queue.stage([1, 2, 3, 4].map((sequence) => range(lane('a'), sequence)));
    await eventually(async () => expect(await queue.depth()).toMatchObject({ parkedLanes: 1, running: 0 }));
    const [parked] = await queue.control.parkedLanes();
    expect(parked).toMatchObject({ lane: lane('a'), jobs: 4, attempts: 1 });
    expect(parked!.failures[0]!.error).toMatch(/InvalidOutcomeError|InvalidTenantError|InvalidArgumentError/);
    await queue.stage([range(lane('b'), 1)]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 4, parkedJobs: 4, running: 0 }));
  });

  test('goes on without a handler that never settles, which heard that its time was over', async () => {
    const signals: AbortSignal[] = [];
    const queue = await start(
      (batch) => {
        if (batch.attempt > 1) return done(batch);
        signals.push(batch.abort.signal);
        return new Promise<LaneOutcome>(() => undefined);
      },
      { policy: { timeoutMs: 20 } },
    );
    await queue.stage([range(lane('a'), 1)]);
    await eventually(() => expect(signals[0]?.aborted).toBe(true));
    // It is waited for a little, so that as a rule no two batches of a lane run at a time.
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 0, running: 0 }), 15_000);
    expect(signals[0]!.reason).toMatchObject({ code: 'HANDLER_TIMEOUT' });
  });
}
