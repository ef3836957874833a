import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';
import type { ServiceName, TenantTracing } from './tenant-tracing.js';

const MODELS = ['gpt-5-mini', 'claude-haiku-4-5', 'mistral-small-3'];

interface SpanPlan {
  readonly service: ServiceName;
  readonly name: string;
  readonly kind: SpanKind;
  /** Milliseconds since the epoch, with microseconds as fraction. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly attributes?: Attributes;
  readonly error?: string | undefined;
}

/**
 * Plays one request of a shop through several services. The number decides what happens in it, so that every run has
 * traces with and without errors, with none, one and several models, of many sizes.
 */
export function generateTrace(tracing: TenantTracing, number: number, startedAt: number): void {
  const root = startSpan(tracing, {
    service: 'storefront',
    name: `GET /products/${number % 10}`,
    kind: SpanKind.SERVER,
    startedAt,
    // Some are too slow.
    durationMs: (number % 6 === 5 ? 2_500 : 80) + number * 1.003,
    attributes: { 'http.request.method': 'GET', 'http.response.status_code': number % 4 === 0 ? 500 : 200 },
    error: number % 4 === 0 ? 'upstream failed' : undefined,
  });
  for (let item = 0; item <= number % 3; item += 1) {
    startSpan(
      tracing,
      { ...searchPlan(item), startedAt: startedAt + 2 + item * 3.217, durationMs: 2.5 },
      root.span,
    ).end();
  }
  for (let call = 0; call < number % 4; call += 1) {
    startSpan(
      tracing,
      { ...chatPlan(number, call), startedAt: startedAt + 10 + call * 15.001, durationMs: 14.25 },
      root.span,
    ).end();
  }
  if (number % 2 === 0) generateCheckout(tracing, number, startedAt + 60, root.span);
  root.end();
}

function generateCheckout(tracing: TenantTracing, number: number, startedAt: number, parent: Span): void {
  const order = startSpan(
    tracing,
    { service: 'checkout', name: 'POST /orders', kind: SpanKind.SERVER, startedAt, durationMs: 15 },
    parent,
  );
  const error = number % 8 === 0 ? 'card declined' : undefined;
  startSpan(
    tracing,
    {
      service: 'checkout',
      name: 'charge card',
      kind: SpanKind.CLIENT,
      startedAt: startedAt + 1,
      durationMs: 9.75,
      error,
    },
    order.span,
  ).end();
  startSpan(
    tracing,
    {
      service: 'checkout',
      name: 'orders publish',
      kind: SpanKind.PRODUCER,
      startedAt: startedAt + 11,
      durationMs: 0.5,
    },
    order.span,
  ).end();
  order.end();
}

function searchPlan(item: number): Pick<SpanPlan, 'service' | 'name' | 'kind' | 'attributes'> {
  const attributes = { 'db.system.name': 'opensearch', 'db.query.text': `page ${item}`, 'search.boosts': [1, 2.5] };
  return { service: 'search', name: 'search products', kind: SpanKind.INTERNAL, attributes };
}

function chatPlan(number: number, call: number): Pick<SpanPlan, 'service' | 'name' | 'kind' | 'attributes'> {
  const model = MODELS[(number + call) % MODELS.length] ?? 'none';
  const attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': model,
    'gen_ai.usage.input_tokens': 100 + number * 7 + call,
    'gen_ai.usage.output_tokens': 20 + number,
    'gen_ai.usage.cost': (number * 37 + call * 11 + 1) / 1_000_000,
    'gen_ai.output.messages': number % 5 === 1 ? 'I cannot help with that.' : `Try product ${number}.`,
  };
  return { service: 'assistant', name: `chat ${model}`, kind: SpanKind.CLIENT, attributes };
}

function startSpan(tracing: TenantTracing, plan: SpanPlan, parent?: Span): { readonly span: Span; end(): void } {
  const { service, name, kind, startedAt, durationMs, attributes = {}, error } = plan;
  const context = parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
  const span = tracing.tracer(service).startSpan(name, { kind, attributes, startTime: startedAt }, context);
  if (error !== undefined) {
    span.recordException(new Error(error), startedAt + durationMs);
    span.setStatus({ code: SpanStatusCode.ERROR, message: error });
  }
  return { span, end: () => span.end(startedAt + durationMs) };
}
