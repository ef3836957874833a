import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { type HttpAdapterHost, Reflector } from '@nestjs/core';
import { firstValueFrom, of } from 'rxjs';
import { expect, it } from 'vitest';
import type { Consistency } from '../../../lib/consistency/consistency.js';
import {
  type ConsistencyResult,
  ConsistencyInterceptor,
  consistencyToken,
  ConsistentWith,
  createTenantId,
  TooManyWaitsError,
} from '../../../lib/index.js';

const stream = { tenantId: createTenantId('acme'), aggregateType: 'counter', aggregateId: 'c1' };
const token = consistencyToken({ stream, firstSequence: 1, lastSequence: 1 });

class Handlers {
  @ConsistentWith(['a', 'b'], { whenLate: 'read' })
  marked(): void {}
}

/** A request to the marked handler, answered by an adapter of no known kind. */
async function request(
  applied: (projection: string) => Promise<ConsistencyResult> | ConsistencyResult,
  returned: unknown,
  { type = 'http', sent = false } = {},
): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  const response = {};
  const host = {
    httpAdapter: {
      setHeader: (to: unknown, name: string, value: string) => {
        expect(to).toBe(response);
        headers[name] = value;
      },
      isHeadersSent: () => sent,
    },
  } as unknown as HttpAdapterHost;
  const consistency = {
    applied: async (_: unknown, projection: string) => applied(projection),
  } as unknown as Consistency;
  const context = {
    getType: () => type,
    getHandler: () => Handlers.prototype.marked,
    getClass: () => Handlers,
    switchToHttp: () => ({
      getRequest: () => ({ headers: { 'consistency-token': token } }),
      getResponse: () => response,
    }),
  } as unknown as ExecutionContext;
  const next: CallHandler = { handle: () => of(returned) };
  const handled = await new ConsistencyInterceptor(consistency, new Reflector(), host).intercept(context, next);
  expect(await firstValueFrom(handled)).toBe(returned);
  return headers;
}

it('says what is the furthest from applied', async () => {
  const results = {
    a: { status: 'applied', sequence: 1 },
    b: { status: 'timed-out', awaiting: 'projection' },
  } as const;
  expect(await request((projection) => results[projection as 'a' | 'b'], null)).toEqual({
    'Consistency-Status': 'timed-out',
  });
  expect(await request(() => ({ status: 'eventless' }), null)).toEqual({ 'Consistency-Status': 'eventless' });
});

it('puts the token of what is returned into the response, unless that is on its way', async () => {
  const result = { stream, firstSequence: 1, lastSequence: 1 };
  const applied = (): ConsistencyResult => ({ status: 'applied', sequence: 1 });
  expect(await request(applied, result)).toEqual({ 'Consistency-Status': 'applied', 'Consistency-Token': token });
  expect(await request(applied, result, { sent: true })).toEqual({ 'Consistency-Status': 'applied' });
  for (const other of [undefined, null, 'text', { status: 'stored' }, [], [null]]) {
    expect(await request(applied, other)).toEqual({ 'Consistency-Status': 'applied' });
  }
});

it('joins the tokens of a stream while they are near each other', async () => {
  const results = [5, 1, 9, 500_000, 500_002].map((sequence) => ({
    stream,
    firstSequence: sequence,
    lastSequence: sequence,
  }));
  const headers = await request(() => ({ status: 'applied', sequence: 1 }), results);
  const range = (firstSequence: number, lastSequence: number) =>
    consistencyToken({ stream, firstSequence, lastSequence });
  expect(headers['Consistency-Token']!.split(',')).toEqual([
    range(1, 9),
    range(500_000, 500_000),
    range(500_002, 500_002),
  ]);
});

it('leaves everything but HTTP alone', async () => {
  const never = (): never => {
    throw new Error('asked');
  };
  expect(await request(never, { stream, firstSequence: 1, lastSequence: 1 }, { type: 'rpc' })).toEqual({});
});

it('answers too many waits with 503, and lets other errors pass', async () => {
  const busy = request(() => Promise.reject(new TooManyWaitsError(10)), null);
  await expect(busy).rejects.toMatchObject({ status: 503, response: { code: 'TOO_MANY_WAITS' } });
  const broken = new Error('broken');
  await expect(request(() => Promise.reject(broken), null)).rejects.toBe(broken);
});
