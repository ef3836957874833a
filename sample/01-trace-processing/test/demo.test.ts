import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTraces } from '../src/demo/compare-traces.js';
import type { CountedTrace } from '../src/demo/count-traces.js';
import { runDemo } from '../src/demo/run-demo.js';
import { SampleClient } from '../src/demo/sample-client.js';
import { eventually } from './support/eventually.js';
import { exportOf, spanId, START_MS, traceId } from './support/otlp-json.js';
import { startSample, type RunningSample } from './support/start-sample.js';

let sample: RunningSample;

beforeAll(async () => {
  sample = await startSample();
});

afterAll(async () => {
  await sample.app.close();
});

describe('the demo', () => {
  it('finds every projection as counted, of spans sent by both real exporters with gzip and without', async () => {
    const results = await runDemo({ baseUrl: sample.url, tracesPerTenant: 16, timeoutMs: 30_000 });
    expect(results.flatMap(({ differences }) => differences)).toEqual([]);
    const traces = results.flatMap((result) => result.traces);
    expect(traces.length).toBe(48);
    expect(traces.reduce((sum, { spans }) => sum + spans, 0)).toBeGreaterThan(200);
    expect(traces.filter(({ errors }) => errors > 0).length).toBe(12);
    for (const { usage } of results) {
      expect(usage).toMatchObject({ experimentResults: 36, simulations: 3 });
      // Two of each trace, and a third of those in which a model has answered by then.
      expect(usage.evaluations).toBeGreaterThanOrEqual(32);
      expect(usage.evaluations).toBeLessThan(48);
    }
  });

  it('names what differs', async () => {
    await sample.post(exportOf('checkout', { traceId: traceId(1), spanId: spanId(1) }), 'differs');
    const client = new SampleClient(sample.url, 'differs');
    await eventually(
      () => client.getTrace(traceId(1)),
      (trace) => trace?.spans.length === 1,
    );
    const counted: CountedTrace = {
      traceId: traceId(1),
      rootSpanName: 'work',
      spans: 1,
      errors: 0,
      services: ['checkout'],
      models: [],
      tokens: { input: 0, output: 0 },
      costUsd: 0,
      startedAt: new Date(START_MS).toISOString(),
      endedAt: new Date(START_MS + 10).toISOString(),
      durationMs: 10,
    };
    expect(await compareTraces(client, [counted], 0)).toEqual([]);
    const wrong = { ...counted, spans: 2, costUsd: 1 };
    expect(await compareTraces(client, [wrong, { ...counted, traceId: traceId(2) }], 0)).toEqual([
      `trace ${traceId(1)}: spans is 1, expected 2`,
      `trace ${traceId(1)}: costUsd is 0, expected 1`,
      `trace ${traceId(1)}: 1 span records of 1 spans, expected 2`,
      `trace ${traceId(2)} is missing`,
      'GET /traces counts 1 traces, expected 2',
    ]);
  });
});
