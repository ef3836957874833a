import { EventSourcingHealth } from '@event-sourcing/nestjs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AlertDto } from '../src/alerts/alert.dto.js';
import type { EventPageDto } from '../src/http/recorded-event.dto.js';
import type { TraceDetailDto } from '../src/trace-processing/http/trace-detail.dto.js';
import type { TracePageDto } from '../src/trace-processing/http/trace-page.dto.js';
import { eventually } from './support/eventually.js';
import { exportOf, spanId, START_MS, traceId } from './support/otlp-json.js';
import { startSample, type RunningSample } from './support/start-sample.js';

let sample: RunningSample;

const list = async (query = '', tenant = 'acme') => (await sample.get<TracePageDto>(`/traces${query}`, tenant)).body;
const iso = (offsetMs: number) => new Date(START_MS + offsetMs).toISOString();

/** Which of the traces 1, 2, 3 are listed, in their order. */
const listed = async (query: string) =>
  (await list(query)).items.map(({ traceId: id }) => Number.parseInt(id.slice(-1), 16));

beforeAll(async () => {
  sample = await startSample();
  const chat = {
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 20,
    'gen_ai.usage.cost': 0.0125,
  };
  const exports = [
    exportOf(
      'storefront',
      { traceId: traceId(1), spanId: spanId(1), name: 'GET /', durationMs: 100 },
      { traceId: traceId(1), spanId: spanId(2), parentSpanId: spanId(1), offsetMs: 10, attributes: chat },
      { traceId: traceId(1), spanId: spanId(3), parentSpanId: spanId(1), offsetMs: 20, failed: true, name: 'charge' },
    ),
    exportOf('search', { traceId: traceId(2), spanId: spanId(1), name: 'query', offsetMs: 1_000, durationMs: 500 }),
    exportOf('search', { traceId: traceId(3), spanId: spanId(1), name: 'index', offsetMs: 2_000, durationMs: 1_000 }),
  ];
  for (const body of exports) expect((await sample.post(body)).status).toBe(200);
  await eventually(list, ({ items }) => items.reduce((sum, { spans }) => sum + spans, 0) === 5);
});

afterEach(() => {
  vi.restoreAllMocks();
});

afterAll(async () => {
  await sample.app.close();
});

describe('GET /traces', () => {
  it('lists summaries, newest first', async () => {
    const page = await list();
    expect(page).toMatchObject({ total: 3, page: 1, pageSize: 20 });
    expect(await listed('')).toEqual([3, 2, 1]);
    expect(page.items[2]).toEqual({
      traceId: traceId(1),
      rootSpanName: 'GET /',
      spans: 3,
      errors: 1,
      services: ['storefront'],
      models: ['gpt-5'],
      tokens: { input: 100, output: 20 },
      costUsd: 0.0125,
      startedAt: iso(0),
      endedAt: iso(100),
      durationMs: 100,
    });
  });

  it.each([
    ['?service=search', [3, 2]],
    ['?service=nobody', []],
    ['?model=gpt-5', [1]],
    ['?hasErrors=true', [1]],
    ['?hasErrors=false', [3, 2]],
    ['?minDurationMs=500', [3, 2]],
    [`?from=${iso(1_000)}`, [3, 2]],
    [`?to=${iso(1_000)}`, [1]],
    [`?from=${iso(500)}&to=${iso(2_000)}`, [2]],
    ['?service=search&minDurationMs=501', [3]],
    ['?pageSize=2', [3, 2]],
    ['?pageSize=2&page=2', [1]],
    ['?pageSize=2&page=3', []],
  ])('filters and pages by %s', async (query, expected) => {
    expect(await listed(query)).toEqual(expected);
  });

  it('counts all pages', async () => {
    expect(await list('?service=search&pageSize=1')).toMatchObject({ total: 2, pageSize: 1 });
  });

  it('shows a tenant nothing of another', async () => {
    expect(await list('', 'globex')).toMatchObject({ items: [], total: 0 });
    expect((await sample.get(`/traces/${traceId(1)}`, 'globex')).status).toBe(404);
    expect((await sample.get(`/traces/${traceId(1)}/events`, 'globex')).status).toBe(404);
  });
});

describe('GET /traces/:traceId', () => {
  const get = async (query = '') => (await sample.get<TraceDetailDto>(`/traces/${traceId(1)}${query}`)).body;

  it('gives the summary with its spans', async () => {
    const trace = await eventually(get, ({ spans }) => spans.length === 3);
    expect(trace.summary).toMatchObject({ traceId: traceId(1), spans: 3 });
    expect(trace.nextAfter).toBeNull();
    expect(trace.spans.find(({ name }) => name === 'charge')).toEqual({
      spanId: spanId(3),
      parentSpanId: spanId(1),
      name: 'charge',
      kind: 'internal',
      service: 'storefront',
      status: 'error',
      statusMessage: 'broken',
      startedAt: iso(20),
      durationMs: 10,
      model: null,
      inputTokens: 0,
      outputTokens: 0,
      costUsd: 0,
      attributes: {},
    });
  });

  it('pages through the spans', async () => {
    await eventually(get, ({ spans }) => spans.length === 3);
    const first = await get('?limit=2');
    expect(first.spans.length).toBe(2);
    const second = await get(`?limit=2&after=${first.nextAfter}`);
    expect(second.nextAfter).toBeNull();
    expect([...first.spans, ...second.spans].map((span) => span.spanId).sort()).toEqual([1, 2, 3].map(spanId));
  });
});

describe('GET /traces/:traceId/events', () => {
  const get = async (query = '') => (await sample.get<EventPageDto>(`/traces/${traceId(1)}/events${query}`)).body;

  it('gives the events as the log holds them', async () => {
    const { items, nextAfter } = await get();
    expect(items.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    expect(items.map(({ type }) => type).sort()).toEqual([
      'trace.span_failed',
      ...Array<string>(3).fill('trace.span_received'),
    ]);
    expect(nextAfter).toBeNull();
    expect(items[0]).toMatchObject({ version: 2, recordedAt: expect.any(String), metadata: expect.any(Object) });
  });

  it('pages through the events', async () => {
    const first = await get('?limit=3');
    expect(first.nextAfter).toBe(3);
    expect((await get('?limit=3&after=3')).items.map(({ sequence }) => sequence)).toEqual([4]);
  });
});

describe('repeats', () => {
  it('stores a span once, however often and in whatever company it is sent', async () => {
    const once = { traceId: traceId(4), spanId: spanId(1), failed: true };
    const more = { traceId: traceId(4), spanId: spanId(2) };
    const responses = await Promise.all([
      sample.post(exportOf('a', once), 'repeats'),
      sample.post(exportOf('a', once, once), 'repeats'),
      sample.post(exportOf('a', once, more), 'repeats'),
    ]);
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await sample.post(exportOf('a', more, once), 'repeats')).status).toBe(200);

    const { items } = (await sample.get<EventPageDto>(`/traces/${traceId(4)}/events`, 'repeats')).body;
    expect(items.length).toBe(3);
    const page = await eventually(
      () => list('', 'repeats'),
      ({ items: [trace] }) => trace !== undefined && trace.spans >= 2 && trace.errors >= 1,
    );
    expect(page.items[0]).toMatchObject({ spans: 2, errors: 1 });
  });
});

describe('GET /alerts', () => {
  it('tells once of a trace with failed spans', async () => {
    const failed = [1, 2, 3].map((number) => ({ traceId: traceId(5), spanId: spanId(number), failed: true }));
    await sample.post(exportOf('checkout', ...failed), 'alerts');
    const { body } = await eventually(
      () => sample.get<AlertDto[]>('/alerts', 'alerts'),
      (answer) => answer.body.length > 0,
    );
    expect(body).toMatchObject([
      {
        kind: 'trace_failed',
        subjectId: traceId(5),
        message: 'broken',
        details: { service: 'checkout', errors: 3 },
      },
    ]);
    expect((await sample.get('/alerts', 'globex')).body).toEqual([]);
  });
});

describe('GET /health', () => {
  it('is up while the storage answers', async () => {
    const response = await fetch(`${sample.url}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'ok', details: { storage: { status: 'up' } } });
  });

  it('is down, in the form that probes know, when it does not', async () => {
    vi.spyOn(sample.app.get(EventSourcingHealth), 'check').mockRejectedValue(new Error('no route to storage'));
    const response = await fetch(`${sample.url}/health`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: 'error', details: { storage: { status: 'down' } } });
  });
});
