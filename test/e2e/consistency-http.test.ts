import { type INestApplication, Logger, Module, type Type } from '@nestjs/common';
import { APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  Consistency,
  ConsistencyInterceptor,
  consistencyToken,
  createTenantId,
  type EventSourcingModuleOptions,
  GroupQueue,
  type StoredReceipt,
} from '../../lib/index.js';
import { stream } from '../support/apps.js';
import { acme, counterApp } from '../support/counter-app.js';
import { CountersController } from '../support/counters-http.js';
import { HttpClient } from '../support/http-client.js';

const PAUSED = { component: { kind: 'fold', component: 'totals@1' } } as const;
const note = { by: 'ann', reason: 'looked at it' };

let app: INestApplication;
afterEach(() => app.close());

async function serve(
  options?: EventSourcingModuleOptions,
  more: Partial<{ providers: never[] }> = {},
): Promise<HttpClient> {
  @Module({ imports: [counterApp(options) as Type], controllers: [CountersController], ...more })
  class HttpAppModule {}
  app = await NestFactory.create(HttpAppModule, { logger: false });
  return HttpClient.to(app);
}

describe('read your own write over HTTP', () => {
  it('always shows the write whose token comes with the request', async () => {
    const http = await serve();
    for (let n = 1; n <= 50; n += 1) {
      const { status, token } = await http.post('/counters/c1', { amount: 2 });
      expect(status).toBe(201);
      expect(await http.get('/counters/c1', token)).toMatchObject({
        status: 200,
        body: { total: 2 * n },
        consistency: 'applied',
      });
    }
  });

  it('takes results of appends, several tokens, and several projections', async () => {
    const http = await serve();
    const first = await http.post('/counters/c1/events', { amounts: [1, 2] });
    const second = await http.post('/counters/c1/events', { amounts: [3] });
    const other = await http.post('/counters/c2', { amount: 9 });
    const tokens = [first.token, second.token, other.token];
    expect(await http.get('/counters/c1/all', tokens.join(', '))).toMatchObject({
      body: { total: 6, additions: [1, 2, 3] },
      consistency: 'applied',
    });
    expect(await http.get('/counters/c2/all', tokens.join(','))).toMatchObject({ body: { total: 9, additions: [9] } });
  });

  it('gives a list of receipts one token a stream', async () => {
    const http = await serve();
    const { token } = await http.post('/counters', { ids: ['c1', 'c2', 'c1', 'c1'], amount: 3 });
    expect(token!.split(',')).toHaveLength(2);
    expect(await http.get('/counters/c1', token)).toMatchObject({ body: { total: 9 } });
    expect(await http.get('/counters/c2', token)).toMatchObject({ body: { total: 3 } });
  });

  it('gives no token for too many streams, and says so in the log', async () => {
    const http = await serve();
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const ids = Array.from({ length: 21 }, (_, n) => `c${n}`);
    expect(await http.post('/counters', { ids, amount: 1 })).toMatchObject({ status: 200, token: undefined });
    expect(warn).toHaveBeenCalledWith(expect.objectContaining({ tokens: 21 }));
    warn.mockRestore();
    expect((await http.post('/counters', { ids: ids.slice(1), amount: 1 })).token!.split(',')).toHaveLength(20);
  });

  it('leaves requests without a token, and handlers without the mark, alone', async () => {
    const http = await serve();
    const { token } = await http.post('/counters/c1', { amount: 1 });
    for (const none of [undefined, '', ' , ']) {
      const answer = await http.get('/counters/c1', none);
      expect([answer.status, answer.consistency, answer.token]).toEqual([200, undefined, undefined]);
    }
    expect(await http.get('/counters/c1/nothing', token)).toMatchObject({ status: 200, consistency: undefined });
    expect(await http.get('/counters/c1/nothing', 'nonsense')).toMatchObject({ status: 200 });
  });

  it('refuses when the time is over, or reads what is there where it is asked to', async () => {
    const http = await serve();
    await http.get('/counters/c1', (await http.post('/counters/c1', { amount: 1 })).token);
    await app.get(GroupQueue).control.pause(PAUSED, note);
    const { token } = await http.post('/counters/c1', { amount: 2 });
    expect(await http.get('/counters/c1/soon', token)).toMatchObject({
      status: 503,
      body: { statusCode: 503, code: 'CONSISTENCY_TIMEOUT', message: expect.stringContaining('cannot be read yet') },
      consistency: 'timed-out',
      retryAfter: '1',
    });
    expect(await http.get('/counters/c1/anyway', token)).toMatchObject({
      status: 200,
      body: { total: 1 },
      consistency: 'timed-out',
      retryAfter: undefined,
    });
    const waiting = http.get('/counters/c1', token);
    await app.get(GroupQueue).control.resume(PAUSED, note);
    expect(await waiting).toMatchObject({ status: 200, body: { total: 3 }, consistency: 'applied' });
  });

  it('does not wait for a command that stored nothing', async () => {
    const http = await serve();
    const { token } = await http.post('/counters/c1', { amount: 0 });
    expect(await http.get('/counters/c1', token)).toMatchObject({ status: 200, consistency: 'eventless' });
  });

  it('answers a malformed token, one of another tenant, and too many of them alike', async () => {
    const http = await serve();
    const { token, body } = await http.post('/counters/c1', { amount: 1 });
    const foreign = consistencyToken({ ...(body as unknown as StoredReceipt), tenantId: createTenantId('other') });
    const malformed = await http.get('/counters/c1', 'nonsense');
    expect(malformed).toMatchObject({
      status: 400,
      body: { statusCode: 400, code: 'INVALID_CONSISTENCY_TOKEN', error: 'Bad Request' },
    });
    for (const bad of [foreign, `${token},${foreign}`, `${token}x`, Array(21).fill(token).join(',')]) {
      expect(await http.get('/counters/c1', bad)).toEqual(malformed);
    }
    expect(await http.get('/counters/c1', token, { 'x-tenant': 'other' })).toEqual(malformed);
    expect(await http.get('/counters/c1', token, { 'x-tenant': acme })).toMatchObject({ status: 200 });
    const nobody = consistencyToken({ stream: stream('c1'), firstSequence: 9, lastSequence: 9 });
    expect(await http.get('/counters/c1/soon', nobody)).toMatchObject({ status: 200, body: { total: 1 } });
  });

  it('waits once where the interceptor is there for the whole application as well', async () => {
    const everywhere = [{ provide: APP_INTERCEPTOR, useClass: ConsistencyInterceptor }];
    const http = await serve(undefined, { providers: everywhere as never[] });
    await app.get(GroupQueue).control.pause(PAUSED, note);
    const { token } = await http.post('/counters/c1', { amount: 2 });
    expect(token!.split(',')).toHaveLength(1);
    const applied = vi.spyOn(app.get(Consistency), 'applied');
    expect(await http.get('/counters/c1/anyway', token)).toMatchObject({ consistency: 'timed-out' });
    expect(applied).toHaveBeenCalledTimes(1);
    await app.get(GroupQueue).control.resume(PAUSED, note);
    expect(await http.get('/counters/c1', token)).toMatchObject({ body: { total: 2 } });
  });
});
