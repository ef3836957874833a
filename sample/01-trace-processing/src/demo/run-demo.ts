import { compareTenant } from './compare-tenant.js';
import { countTraces, type CountedTrace } from './count-traces.js';
import { generateTrace } from './generate-trace.js';
import { SampleClient } from './sample-client.js';
import { TenantTracing } from './tenant-tracing.js';

const TENANTS = ['acme', 'globex', 'initech'];

export interface DemoOptions {
  /** Where the sample runs, such as `http://127.0.0.1:3000`. */
  readonly baseUrl: string;
  readonly tracesPerTenant: number;
  /** How long the projections may take after the last span was answered. */
  readonly timeoutMs: number;
}

export interface TenantResult {
  readonly tenant: string;
  readonly traces: readonly CountedTrace[];
  /** What the sample says otherwise, and what could not be sent. Empty when all is well. */
  readonly differences: readonly string[];
}

/**
 * Sends traces of several tenants through the OpenTelemetry SDK and both OTLP exporters, and compares what the sample
 * makes of them with a count of its own.
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

  const deadline = Date.now() + timeoutMs;
  return Promise.all(
    tracings.map(async ({ tenant, acknowledged, failures }) => {
      const traces = countTraces(acknowledged);
      const differences = await compareTenant(new SampleClient(baseUrl, tenant), traces, deadline);
      return { tenant, traces, differences: [...failures, ...differences] };
    }),
  );
}
