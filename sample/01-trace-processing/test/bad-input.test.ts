import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProblemDetails } from '../src/http/problem-details.js';
import { exportOf, spanId, traceId } from './support/otlp-json.js';
import { MAX_BODY_BYTES, startSample, type RunningSample } from './support/start-sample.js';

let sample: RunningSample;

beforeAll(async () => {
  sample = await startSample();
});

afterAll(async () => {
  await sample.app.close();
});

const VALID = exportOf('checkout', { traceId: traceId(1), spanId: spanId(1) });
const JSON_BODY = Buffer.from(JSON.stringify(VALID));
const HEADERS = { 'content-type': 'application/json', 'x-tenant-id': 'acme' };
const without = (header: keyof typeof HEADERS) => ({ ...HEADERS, [header]: undefined });
const NULL_SPAN_ID = exportOf(
  'checkout',
  { traceId: traceId(1), spanId: spanId(1) },
  { traceId: traceId(1), spanId: '0'.repeat(16) },
);

async function send(path: string, headers: Record<string, string | undefined>, body?: Uint8Array) {
  const defined = Object.entries(headers).filter((header): header is [string, string] => header[1] !== undefined);
  const response = await fetch(sample.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: Object.fromEntries(defined),
    ...(body !== undefined && { body: new Blob([Buffer.from(body)]) }),
  });
  return { response, problem: (await response.json()) as ProblemDetails };
}

function expectProblem({ response, problem }: Awaited<ReturnType<typeof send>>, status: number, field: string): void {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(problem).toMatchObject({ type: 'about:blank', status, title: expect.any(String), detail: expect.any(String) });
  expect(response.status).toBe(status);
  expect(problem.errors?.map((error) => error.field)).toContain(field);
}

describe('POST /v1/traces', () => {
  it.each([
    ['no tenant', 400, 'x-tenant-id', without('x-tenant-id'), JSON_BODY],
    ['an empty tenant', 400, 'x-tenant-id', { ...HEADERS, 'x-tenant-id': '' }, JSON_BODY],
    ['a tenant of 600 bytes', 400, 'x-tenant-id', { ...HEADERS, 'x-tenant-id': 'a'.repeat(600) }, JSON_BODY],
    ['no content type', 415, 'content-type', { ...HEADERS, 'content-type': '' }, JSON_BODY],
    ['another content type', 415, 'content-type', { ...HEADERS, 'content-type': 'text/plain' }, JSON_BODY],
    ['another encoding', 415, 'content-encoding', { ...HEADERS, 'content-encoding': 'compress' }, JSON_BODY],
    ['no gzip where gzip is named', 400, 'body', { ...HEADERS, 'content-encoding': 'gzip' }, JSON_BODY],
    ['half a gzip', 400, 'body', { ...HEADERS, 'content-encoding': 'gzip' }, gzipSync(JSON_BODY).subarray(0, -12)],
    ['malformed JSON', 400, 'body', HEADERS, JSON_BODY.subarray(1)],
    ['no body', 400, 'body', HEADERS, Buffer.alloc(0)],
    ['malformed protobuf', 400, 'body', { ...HEADERS, 'content-type': 'application/x-protobuf' }, JSON_BODY],
    ['a body over the limit', 413, 'body', HEADERS, Buffer.alloc(MAX_BODY_BYTES + 1, ' ')],
    [
      'a small body that inflates beyond the limit',
      413,
      'body',
      { ...HEADERS, 'content-encoding': 'gzip' },
      gzipSync(Buffer.alloc(50_000_000, ' ')),
    ],
    [
      'one bad span among good ones',
      400,
      'resourceSpans[0].scopeSpans[0].spans[1].spanId',
      HEADERS,
      Buffer.from(JSON.stringify(NULL_SPAN_ID)),
    ],
  ])('answers %s with %i, names %s, and stores nothing', async (_, status, field, headers, body) => {
    expectProblem(await send('/v1/traces', headers, body), status, field);
    expect((await sample.get('/traces')).body).toMatchObject({ total: 0 });
    expect((await sample.get(`/traces/${traceId(1)}/events`)).status).toBe(404);
  });

  it('goes on after all of that', async () => {
    const response = await fetch(`${sample.url}/v1/traces`, {
      method: 'POST',
      headers: { ...HEADERS, 'x-tenant-id': 'after', 'content-encoding': 'gzip' },
      body: new Blob([gzipSync(JSON_BODY)]),
    });
    expect(response.status).toBe(200);
    expect((await sample.get(`/traces/${traceId(1)}/events`, 'after')).body).toMatchObject({
      items: [{ sequence: 1 }],
    });
  });
});

describe('reads', () => {
  it.each([
    ['/traces', 'x-tenant-id', {}],
    [`/traces/${traceId(1)}`, 'x-tenant-id', {}],
    [`/traces/${traceId(1)}/events`, 'x-tenant-id', {}],
    ['/alerts', 'x-tenant-id', {}],
    ['/traces?page=0', 'page', HEADERS],
    ['/traces?page=x', 'page', HEADERS],
    ['/traces?page=1001', 'page', HEADERS],
    ['/traces?pageSize=101', 'pageSize', HEADERS],
    ['/traces?pageSize=1.5', 'pageSize', HEADERS],
    ['/traces?hasErrors=maybe', 'hasErrors', HEADERS],
    ['/traces?from=yesterday', 'from', HEADERS],
    ['/traces?to=2026-13-01T00:00:00Z', 'to', HEADERS],
    ['/traces?minDurationMs=-1', 'minDurationMs', HEADERS],
    ['/traces?minDurationMs=Infinity', 'minDurationMs', HEADERS],
    ['/traces?service=', 'service', HEADERS],
    ['/traces?service=a&service=b', 'service', HEADERS],
    ['/traces?colour=red', 'colour', HEADERS],
    ['/traces/xyz', 'traceId', HEADERS],
    ['/traces/xyz/events', 'traceId', HEADERS],
    [`/traces/${traceId(1)}?limit=1001`, 'limit', HEADERS],
    [`/traces/${traceId(1)}/events?after=-1`, 'after', HEADERS],
  ])('answers GET %s with 400 and names %s', async (path, field, headers) => {
    expectProblem(await send(path, headers), 400, field);
  });

  it.each([
    [`/traces/${traceId(77)}`, 404, 'Not Found'],
    [`/traces/${traceId(77)}/events`, 404, 'Not Found'],
    ['/nowhere', 404, 'Not Found'],
    ['/traces/%FF', 400, 'Bad Request'],
  ])('answers GET %s with %i', async (path, status, title) => {
    const { response, problem } = await send(path, HEADERS);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(problem).toMatchObject({ status, title });
    expect(response.status).toBe(status);
  });
});
