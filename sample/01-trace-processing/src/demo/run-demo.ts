import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { compareEvaluations } from './compare-evaluations.js';
import { compareTraces } from './compare-traces.js';
import { compareUsage, type ExpectedUsage } from './compare-usage.js';
import { countTraces, spansByTrace, type CountedTrace } from './count-traces.js';
import { generateTrace } from './generate-trace.js';
import { EXPERIMENT_RESULTS, playExperiment } from './play-experiment.js';
import { playSimulations, STARTED_SIMULATIONS } from './play-simulations.js';
import { SampleClient } from './sample-client.js';
import { TenantTracing } from './tenant-tracing.js';

const TENANTS = ['acme', 'globex', 'initech'];

export interface DemoOptions {
  /** Where the sample runs, such as `http://127.0.0.1:3000`. */
  readonly baseUrl: string;
  readonly tracesPerTenant: number;
  /** How long the projections may take after the last request was answered. */
  readonly timeoutMs: number;
}

export interface TenantResult {
  readonly tenant: string;
  readonly traces: readonly CountedTrace[];
  readonly usage: ExpectedUsage;
  /** What the sample says otherwise, and what could not be sent. Empty when all is well. */
  readonly differences: readonly string[];
}

/**
 * Sends traces of several tenants through the OpenTelemetry SDK and both OTLP exporters, plays an experiment and
 * simulations, and compares what the sample makes of them with a count of its own.
 */
export async function runDemo({ baseUrl, tracesPerTenant, timeoutMs }: DemoOptions): Promise<TenantResult[]> {
  // New tenants each time, so that a second run on the same data counts its own traces only.
  const run = Date.now().toString(36);
  const tracings = TENANTS.map((tenant) => new TenantTracing(`${tenant}-${run}`, baseUrl));
  const startedAt = Date.now() - tracesPerTenant * 1_000;
  for (let round = 0; round < tracesPerTenant; round += 1) {
    for (const [index, tracing] of tracings.entries()) {
      generateTrace(tracing, round * tracings.length + index, startedAt + round * 1_000);
    }
  }
  await Promise.all(tracings.map((tracing) => tracing.shutdown()));
  return Promise.all(
    tracings.map(async ({ tenant, acknowledged, failures }) => {
      const result = await playTenant(new SampleClient(baseUrl, tenant), acknowledged, timeoutMs);
      return { ...result, differences: [...failures, ...result.differences] };
    }),
  );
}

async function playTenant(
  client: SampleClient,
  spans: readonly ReadableSpan[],
  timeoutMs: number,
): Promise<TenantResult> {
  const [compareExperiment, compareSimulations] = await Promise.all([playExperiment(client), playSimulations(client)]);
  const deadline = Date.now() + timeoutMs;
  const traces = countTraces(spans);
  const summaries = await compareTraces(client, traces, deadline);
  const evaluations = await compareEvaluations(client, spansByTrace(spans), deadline);
  const runs = [...(await compareExperiment(deadline)), ...(await compareSimulations(deadline))];
  const usage = {
    spans: spans.length,
    evaluations: evaluations.verdicts,
    experimentResults: EXPERIMENT_RESULTS,
    simulations: STARTED_SIMULATIONS,
  };
  const billed = await compareUsage(client, usage, spans, deadline);
  const { tenant } = client;
  return { tenant, traces, usage, differences: [...summaries, ...evaluations.differences, ...runs, ...billed] };
}
