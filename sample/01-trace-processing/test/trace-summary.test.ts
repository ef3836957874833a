import { createTenantId, type RecordedEvent } from '@event-sourcing/nestjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordSpanHandler } from '../src/trace-processing/commands/record-span.handler.js';
import { RecordSpan } from '../src/trace-processing/commands/record-span.command.js';
import { readModelUsage } from '../src/trace-processing/commands/model-usage.js';
import { SpanFailed } from '../src/trace-processing/events/span-failed.event.js';
import { SpanReceived } from '../src/trace-processing/events/span-received.event.js';
import { TraceSummary } from '../src/trace-processing/projections/trace-summary.fold.js';
import type { OtlpSpan } from '../src/otlp/otlp-span.js';

const tenantId = createTenantId('acme');

const span: OtlpSpan = {
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  parentSpanId: null,
  name: 'GET /',
  kind: 'server',
  startedAt: 1_700_000_000_000,
  endedAt: 1_700_000_000_010,
  status: 'ok',
  statusMessage: '',
  attributes: {},
  service: 'storefront',
  sdk: null,
};

const decide = (fields: Partial<OtlpSpan>) =>
  new RecordSpanHandler().handle(new RecordSpan(tenantId, { ...span, ...fields }));

/** Folds what the spans lead to, as the runtime does: only the events' data matters here. */
function summarise(spans: readonly Partial<OtlpSpan>[]) {
  const fold = new TraceSummary();
  return spans.flatMap(decide).reduce((state: ReturnType<TraceSummary['init']>, data) => {
    if (data instanceof SpanReceived) return fold.received(state, { data } as RecordedEvent<SpanReceived>);
    if (data instanceof SpanFailed) return fold.failed(state);
    throw new Error('unknown event');
  }, fold.init());
}

describe('RecordSpan', () => {
  it('leads to SpanReceived, and to SpanFailed only when the span failed', () => {
    expect(decide({}).map(({ constructor }) => constructor)).toEqual([SpanReceived]);
    const [received, failed] = decide({ status: 'error', statusMessage: 'broken' });
    expect(received).toBeInstanceOf(SpanReceived);
    expect(failed).toEqual(
      new SpanFailed({ spanId: span.spanId, name: 'GET /', service: 'storefront', message: 'broken' }),
    );
  });

  it('keeps tenant and trace out of the data, which the stream names already', () => {
    expect(Object.keys(decide({})[0] ?? {})).not.toContain('tenantId');
    expect(Object.keys(decide({})[0] ?? {})).not.toContain('traceId');
  });
});

describe('readModelUsage', () => {
  it('prefers the model that answered', () => {
    expect(readModelUsage({ 'gen_ai.request.model': 'gpt-5', 'gen_ai.response.model': 'gpt-5-0807' }).model).toBe(
      'gpt-5-0807',
    );
    expect(readModelUsage({ 'gen_ai.request.model': 'gpt-5' }).model).toBe('gpt-5');
  });

  it.each([-1, 1e300, 'many', null, true, '9223372036854775807'])('counts %j as nothing', (value) => {
    expect(readModelUsage({ 'gen_ai.usage.input_tokens': value, 'gen_ai.usage.cost': value })).toEqual({
      model: null,
      inputTokens: 0,
      outputTokens: 0,
      costUsd: 0,
    });
  });
});

describe('trace_summary', () => {
  it('counts spans and errors once each', () => {
    expect(summarise([{ status: 'error' }, { spanId: 'c'.repeat(16) }])).toMatchObject({ spans: 2, errors: 1 });
  });

  it('takes the earliest root, and none while only children are there', () => {
    const child = { parentSpanId: 'f'.repeat(16), startedAt: 1 };
    expect(summarise([child]).root).toBeNull();
    expect(summarise([child, { name: 'late', startedAt: 3 }, { name: 'early', startedAt: 2 }]).root?.name).toBe(
      'early',
    );
  });

  it('keeps durations to the microsecond', () => {
    expect(summarise([{ startedAt: 1_700_000_000_000.001, endedAt: 1_700_000_000_000.3 }]).durationMs).toBe(0.299);
  });

  it('keeps the first hundred names', () => {
    const spans = Array.from({ length: 150 }, (_, number) => ({
      service: `service ${String(149 - number).padStart(3, '0')}`,
    }));
    const { services } = summarise(spans);
    expect([services.length, services[0], services[99]]).toEqual([100, 'service 000', 'service 099']);
  });

  it('is the same in whatever order the spans arrive', () => {
    const name = fc.constantFrom('a', 'b', 'c', null);
    const arbitrarySpan = fc.record({
      spanId: fc.constantFrom('1', '2', '3').map((digit) => digit.repeat(16)),
      parentSpanId: fc.constantFrom(null, 'f'.repeat(16)),
      startedAt: fc.integer({ min: 1_700_000_000_000_000, max: 1_700_000_000_009_999 }).map((us) => us / 1_000),
      endedAt: fc.integer({ min: 1_700_000_000_010_000, max: 1_700_000_000_019_999 }).map((us) => us / 1_000),
      status: fc.constantFrom('ok' as const, 'error' as const),
      service: name,
      attributes: fc.record({
        'gen_ai.request.model': name,
        'gen_ai.usage.input_tokens': fc.nat(10_000),
        'gen_ai.usage.output_tokens': fc.nat(10_000),
        'gen_ai.usage.cost': fc.double({ min: 0, max: 100, noNaN: true }),
      }),
    });
    const twoOrders = fc
      .array(arbitrarySpan, { maxLength: 30 })
      .chain((spans) =>
        fc.tuple(fc.constant(spans), fc.shuffledSubarray(spans, { minLength: spans.length, maxLength: spans.length })),
      );
    fc.assert(
      fc.property(twoOrders, ([spans, shuffled]) => {
        expect(summarise(shuffled)).toEqual(summarise(spans));
      }),
      { numRuns: 500 },
    );
  });
});
