import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSample, type RunningSample } from './support/start-sample.js';

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

let sample: RunningSample;
let operations: readonly (readonly [string, Operation])[];
let schemas: Readonly<Record<string, object>>;

beforeAll(async () => {
  sample = await startSample();
  const { paths, components } = (await (await fetch(`${sample.url}/api-json`)).json()) as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, object> };
  };
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  );
  schemas = components.schemas;
});

afterAll(async () => {
  await sample.app.close();
});

const COMMANDS = [
  'POST /evaluations',
  'POST /evaluations/{evaluationId}/complete',
  'POST /evaluations/{evaluationId}/fail',
  'POST /evaluations/{evaluationId}/skip',
  'POST /evaluations/{evaluationId}/start',
  'POST /experiment-runs',
  'POST /experiment-runs/{runId}/complete',
  'POST /experiment-runs/{runId}/evaluator-results',
  'POST /experiment-runs/{runId}/target-results',
  'POST /simulation-runs',
  'POST /simulation-runs/{runId}/cancel',
  'POST /simulation-runs/{runId}/fail',
  'POST /simulation-runs/{runId}/finish',
  'POST /simulation-runs/{runId}/message-snapshots',
  'POST /simulation-runs/{runId}/start',
];
const READS = [
  'GET /alerts',
  'GET /evaluations',
  'GET /evaluations/{evaluationId}',
  'GET /evaluations/{evaluationId}/events',
  'GET /evaluators',
  'GET /experiment-runs',
  'GET /experiment-runs/{runId}',
  'GET /experiment-runs/{runId}/events',
  'GET /experiment-runs/{runId}/results',
  'GET /receipts/{receiptId}',
  'GET /simulation-runs',
  'GET /simulation-runs/{runId}',
  'GET /simulation-runs/{runId}/events',
  'GET /traces',
  'GET /traces/{traceId}',
  'GET /traces/{traceId}/events',
  'GET /usage/billable-events',
  'GET /usage/sdks',
];

const of = (name: string): Operation => operations.find(([one]) => one === name)![1];

describe('the API docs', () => {
  it('name every endpoint', () => {
    expect(operations.map(([name]) => name).toSorted()).toEqual(
      [...COMMANDS, ...READS, 'GET /health', 'POST /v1/traces'].toSorted(),
    );
  });

  it('name the tenant header, the parts of the path and the problem document of each', () => {
    for (const [name, { parameters, responses }] of operations) {
      if (name === 'GET /health') continue;
      expect(parameters, name).toContainEqual(expect.objectContaining({ name: 'x-tenant-id', in: 'header' }));
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, part]) => part);
      expect(
        parameters.filter((one) => one.in === 'path').map((one) => one.name),
        name,
      ).toEqual(inPath);
      expect(responses['400']?.content, name).toHaveProperty(['application/problem+json']);
    }
    expect(schemas).toHaveProperty('ProblemDetails');
  });

  it.each(COMMANDS)('say how %s may end', (name) => {
    expect(Object.keys(of(name).responses)).toEqual(
      expect.arrayContaining(['200', '202', '400', '413', '415', '422', '429', '503']),
    );
  });

  it('say how spans may be answered', () => {
    expect(Object.keys(of('POST /v1/traces').responses)).toEqual(
      expect.arrayContaining(['200', '400', '413', '415', '429', '503']),
    );
  });

  it('are there to be read', async () => {
    expect((await fetch(`${sample.url}/api`)).headers.get('content-type')).toMatch(/text\/html/);
  });
});
