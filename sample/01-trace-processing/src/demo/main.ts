import { runDemo, type TenantResult } from './run-demo.js';

const TRACES_PER_TENANT = Number(process.env['TRACES_PER_TENANT'] || 16);
const PROJECTION_TIMEOUT_MS = 90_000;
const MAX_PRINTED_DIFFERENCES = 20;

const baseUrl = `http://${process.env['HOST'] || '127.0.0.1'}:${process.env['PORT'] || '3000'}`;

async function main(): Promise<void> {
  if (!(await isRunning())) {
    console.error(`Nothing answers on ${baseUrl}. Start the sample first (npm start), or name its PORT.`);
    process.exitCode = 1;
    return;
  }
  console.log(`Sending traces to ${baseUrl}/v1/traces as protobuf and as JSON, with gzip and without,`);
  console.log('and playing an experiment and simulations of each tenant');
  const startedAt = Date.now();
  const results = await runDemo({ baseUrl, tracesPerTenant: TRACES_PER_TENANT, timeoutMs: PROJECTION_TIMEOUT_MS });
  console.table(results.map(toRow));
  report(results, Date.now() - startedAt);
}

async function isRunning(): Promise<boolean> {
  return fetch(`${baseUrl}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
}

function toRow({ tenant, traces, usage, differences }: TenantResult): object {
  return {
    tenant,
    traces: traces.length,
    spans: total(traces.map(({ spans }) => spans)),
    errors: total(traces.map(({ errors }) => errors)),
    'input tokens': total(traces.map(({ tokens }) => tokens.input)),
    'output tokens': total(traces.map(({ tokens }) => tokens.output)),
    'cost in USD': total(traces.map(({ costUsd }) => costUsd)).toFixed(6),
    verdicts: usage.evaluations,
    'experiment results': usage.experimentResults,
    simulations: usage.simulations,
    differences: differences.length,
  };
}

function report(results: readonly TenantResult[], tookMs: number): void {
  const differences = results.flatMap(({ tenant, differences: own }) =>
    own.map((difference) => `${tenant}: ${difference}`),
  );
  const [first] = results;
  if (differences.length === 0 && first) {
    console.log(`Every projection is as counted here, after ${tookMs} ms. See for yourself:`);
    for (const path of ['/traces?hasErrors=true&pageSize=5', '/evaluations?passed=false', '/usage/billable-events']) {
      console.log(`  curl -H 'x-tenant-id: ${first.tenant}' '${baseUrl}${path}'`);
    }
    return;
  }
  console.error(`${differences.length} differences:`);
  for (const difference of differences.slice(0, MAX_PRINTED_DIFFERENCES)) console.error(`  ${difference}`);
  process.exitCode = 1;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
