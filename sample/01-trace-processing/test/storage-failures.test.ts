import { CommandFailedError, QueueFullError, StoreUnavailableError } from '@event-sourcing/nestjs';
import { CommandBus } from '@nestjs/cqrs';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { TenantTracing } from '../src/demo/tenant-tracing.js';
import { exportOf, spanId, traceId } from './support/otlp-json.js';
import { startSample, type RunningSample } from './support/start-sample.js';

let sample: RunningSample;

beforeAll(async () => {
  sample = await startSample();
});

afterEach(() => {
  vi.restoreAllMocks();
});

afterAll(async () => {
  await sample.app.close();
});

const body = exportOf('checkout', { traceId: traceId(1), spanId: spanId(1) });

it.each([
  ['the storage does not answer', new StoreUnavailableError('ClickHouse is away'), 503],
  ['a command failed for want of storage', new CommandFailedError('1', 'STORE_UNAVAILABLE', 'transient', 'away'), 503],
  ['the queue is full', new QueueFullError('maxWaitingCommands', 10), 429],
])('asks the exporter to repeat when %s', async (_, error, status) => {
  vi.spyOn(sample.app.get(CommandBus), 'execute').mockRejectedValue(error);
  const response = await sample.post(body);
  expect(response.status).toBe(status);
  expect(response.headers.get('retry-after')).toBe('1');
  expect(await response.json()).toMatchObject({ status, code: error.code });
});

it.each([
  ['something', new TypeError('secret is undefined')],
  ['a command', new CommandFailedError('1', 'UNKNOWN', 'transient', 'secret is undefined')],
])('answers 500 without a word of the inside when %s breaks', async (_, error) => {
  vi.spyOn(sample.app.get(CommandBus), 'execute').mockRejectedValue(error);
  const response = await sample.post(body);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('secret');
});

it('ends with every span stored when an exporter repeats what was refused for a moment', async () => {
  const bus = sample.app.get(CommandBus);
  const execute = vi.spyOn(bus, 'execute').mockRejectedValueOnce(new StoreUnavailableError('ClickHouse is away'));
  const tracing = new TenantTracing('retried', sample.url);
  const span = tracing.tracer('checkout').startSpan('work');
  span.end();
  await tracing.shutdown();
  expect(tracing.failures).toEqual([]);
  expect(execute).toHaveBeenCalledTimes(2);
  const { status } = await sample.get(`/traces/${span.spanContext().traceId}/events`, 'retried');
  expect(status).toBe(200);
});
