import type { RecordedEvent } from '@event-sourcing/nestjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_SDKS } from '../src/global-projections/daily-sdk-usage.js';
import type { DailyBillableEventsPageDto } from '../src/global-projections/http/daily-billable-events.dto.js';
import type { DailySdkUsagePageDto } from '../src/global-projections/http/daily-sdk-usage.dto.js';
import { ProjectDailySdkUsage } from '../src/global-projections/project-daily-sdk-usage.fold.js';
import type { SpanSdk } from '../src/otlp/span-sdk.js';
import { SpanReceivedV1 } from '../src/trace-processing/events/span-received-v1.upcaster.js';
import type { SpanReceived } from '../src/trace-processing/events/span-received.event.js';
import { eventually } from './support/eventually.js';
import { exportOf, spanId, traceId, type SpanOptions } from './support/otlp-json.js';
import { startSample, type RunningSample } from './support/start-sample.js';

let sample: RunningSample;

beforeAll(async () => {
  sample = await startSample();
});

afterAll(async () => {
  await sample.app.close();
});

const billable = async (tenant: string, query = '') =>
  (await sample.get<DailyBillableEventsPageDto>(`/usage/billable-events${query}`, tenant)).body;
const sdks = async (tenant: string, query = '') =>
  (await sample.get<DailySdkUsagePageDto>(`/usage/sdks${query}`, tenant)).body;

type Counts = Record<'total' | 'spans' | 'evaluations' | 'experimentResults' | 'simulations', number>;

/** Over all days, so that a midnight between two events makes no difference. */
async function counts(tenant: string): Promise<Counts> {
  const { items } = await billable(tenant);
  const sum = (field: keyof Counts) => items.reduce((total, one) => total + one[field], 0);
  return {
    total: sum('total'),
    spans: sum('spans'),
    evaluations: sum('evaluations'),
    experimentResults: sum('experimentResults'),
    simulations: sum('simulations'),
  };
}

/** Spans by `name/language/version` over all days. */
async function spansBySdk(tenant: string): Promise<Record<string, number>> {
  const totals: Record<string, number> = {};
  const add = (key: string, spans: number) => (totals[key] = (totals[key] ?? 0) + spans);
  for (const { sdks: used, unknownSpans, otherSpans } of (await sdks(tenant)).items) {
    for (const { name, language, version, spans } of used) add(`${name}/${language}/${version}`, spans);
    add('unknown', unknownSpans);
    add('other', otherSpans);
  }
  return totals;
}

const sdk = (language: string, version?: string) => ({
  'telemetry.sdk.name': 'opentelemetry',
  'telemetry.sdk.language': language,
  ...(version !== undefined && { 'telemetry.sdk.version': version }),
});
const spans = (trace: number, count: number): SpanOptions[] =>
  Array.from({ length: count }, (_, index) => ({ traceId: traceId(trace), spanId: spanId(index + 1) }));

async function playExperiment(tenant: string, rows: number): Promise<void> {
  const plan = { runId: 'run', experiment: 'e', rows, targets: ['t'], evaluators: ['v'] };
  await sample.command('/experiment-runs', plan, { tenant });
  for (let row = 0; row < rows; row += 1) {
    const result = { row, target: 't' };
    await sample.command('/experiment-runs/run/target-results', result, { tenant });
    await sample.command('/experiment-runs/run/evaluator-results', { ...result, evaluator: 'v' }, { tenant });
    // A repeat is no further event.
    await sample.command('/experiment-runs/run/target-results', result, { tenant });
  }
}

async function playSimulation(tenant: string, runId: string): Promise<void> {
  await sample.command('/simulation-runs', { runId, scenario: 's' }, { tenant });
  await sample.command(`/simulation-runs/${runId}/start`, {}, { tenant });
  await sample.command(`/simulation-runs/${runId}/finish`, { verdict: 'success' }, { tenant });
}

describe('the global projections', () => {
  it('count what all pipelines recorded, of each project its own, once', async () => {
    const first = exportOf({ 'service.name': 'shop', ...sdk('nodejs', '2.1.0') }, ...spans(1, 3));
    await Promise.all([1, 2].map(() => sample.post(first, 'one')));
    await sample.post(exportOf({ ...sdk('nodejs', '2.2.0') }, ...spans(2, 2)), 'one');
    await sample.post(exportOf({ ...sdk('python') }, ...spans(3, 4)), 'one');
    await sample.post(exportOf('no sdk', ...spans(4, 1)), 'one');
    await sample.post(exportOf({ ...sdk('go', '1.0.0') }, ...spans(1, 5)), 'two');
    await Promise.all([
      playExperiment('one', 3),
      playExperiment('two', 1),
      playSimulation('one', 's-1'),
      playSimulation('one', 's-2'),
    ]);
    // Of each trace two evaluations come to a verdict, and the third is skipped.
    const one = { spans: 10, evaluations: 8, experimentResults: 6, simulations: 2, total: 26 };
    const two = { spans: 5, evaluations: 2, experimentResults: 2, simulations: 0, total: 9 };
    await eventually(
      () => Promise.all([counts('one'), counts('two')]),
      ([a, b]) => a.total >= one.total && b.total >= two.total,
    );
    expect(await counts('one')).toEqual(one);
    expect(await counts('two')).toEqual(two);
    expect(await spansBySdk('one')).toEqual({
      'opentelemetry/nodejs/2.1.0': 3,
      'opentelemetry/nodejs/2.2.0': 2,
      'opentelemetry/python/null': 4,
      unknown: 1,
      other: 0,
    });
    expect(await spansBySdk('two')).toEqual({ 'opentelemetry/go/1.0.0': 5, unknown: 0, other: 0 });
  });

  it('stand under the day on which the events were recorded', async () => {
    const before = new Date().toISOString().slice(0, 10);
    await sample.post(exportOf({ ...sdk('nodejs') }, ...spans(1, 1)), 'days');
    const { items } = await eventually(
      () => billable('days'),
      (page) => page.total > 0,
    );
    const after = new Date().toISOString().slice(0, 10);
    expect([before, after]).toContain(items[0]?.day);
    const { items: usage } = await eventually(
      () => sdks('days'),
      (page) => page.total > 0,
    );
    expect([before, after]).toContain(usage[0]?.day);
    for (const read of [billable, sdks]) {
      expect((await read('days', `?from=${before}&to=9999-12-31`)).total).toBeGreaterThan(0);
      expect(await read('days', '?to=2020-01-01')).toMatchObject({ items: [], total: 0 });
      expect(await read('days', '?from=9000-01-01')).toMatchObject({ items: [], total: 0 });
      expect(await read('nobody')).toMatchObject({ items: [], total: 0 });
    }
  });
});

describe('project_daily_sdk_usage', () => {
  const fold = new ProjectDailySdkUsage();
  const count = (used: readonly (SpanSdk | null)[]) =>
    used.reduce(
      (state, one) =>
        fold.span(state, {
          data: { sdk: one },
          recordedAt: new Date('2026-11-20T23:59:59.999Z'),
        } as RecordedEvent<SpanReceived>),
      fold.init(),
    );
  const version = (number: number): SpanSdk => ({ name: 'otel', language: 'go', version: `${number}` });

  it('tells apart what differs in any part, and sorts it', () => {
    const state = count([
      { name: 'b', language: null, version: '1' },
      { name: 'a', language: 'go', version: null },
      { name: 'a', language: 'go', version: '1' },
      null,
      { name: 'a', language: 'go', version: null },
      { name: null, language: 'a', version: null },
    ]);
    expect(state).toEqual({
      day: '2026-11-20',
      spans: 6,
      unknownSpans: 1,
      otherSpans: 0,
      sdks: [
        { name: 'a', language: 'go', version: '1', spans: 1 },
        { name: 'a', language: 'go', version: null, spans: 2 },
        { name: 'b', language: null, version: '1', spans: 1 },
        { name: null, language: 'a', version: null, spans: 1 },
      ],
    });
  });

  it('stays small whatever is sent', () => {
    const many = Array.from({ length: MAX_SDKS + 5 }, (_, number) => version(number));
    const state = count([...many, version(0), version(MAX_SDKS)]);
    expect([state.sdks.length, state.otherSpans, state.spans]).toEqual([MAX_SDKS, 6, MAX_SDKS + 7]);
    expect(state.sdks.find((one) => one.version === '0')?.spans).toBe(2);
  });
});

it('spans of an older release are read as of an unknown SDK', () => {
  expect(new SpanReceivedV1().upcast({ spanId: spanId(1) })).toEqual({ spanId: spanId(1), sdk: null });
});
