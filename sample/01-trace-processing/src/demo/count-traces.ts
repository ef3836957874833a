import { SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { toMicroseconds } from './to-microseconds.js';

/** A summary as `GET /traces/:traceId` gives it, counted here from the SDK's own spans. */
export interface CountedTrace {
  readonly traceId: string;
  readonly rootSpanName: string | null;
  readonly spans: number;
  readonly errors: number;
  readonly services: readonly string[];
  readonly models: readonly string[];
  readonly tokens: { readonly input: number; readonly output: number };
  readonly costUsd: number;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
}

/** Counts from the spans of all services; shares no code with what it is compared to. */
export function countTraces(spans: readonly ReadableSpan[]): CountedTrace[] {
  return [...spansByTrace(spans)].map(([traceId, members]) => countTrace(traceId, members));
}

export function spansByTrace(spans: readonly ReadableSpan[]): ReadonlyMap<string, readonly ReadableSpan[]> {
  const traces = new Map<string, ReadableSpan[]>();
  for (const span of spans) {
    const { traceId } = span.spanContext();
    traces.set(traceId, [...(traces.get(traceId) ?? []), span]);
  }
  return traces;
}

function countTrace(traceId: string, spans: readonly ReadableSpan[]): CountedTrace {
  const startUs = Math.min(...spans.map(({ startTime }) => toMicroseconds(startTime)));
  const endUs = Math.max(...spans.map(({ endTime }) => toMicroseconds(endTime)));
  return {
    traceId,
    rootSpanName: spans.find(({ parentSpanContext }) => parentSpanContext === undefined)?.name ?? null,
    spans: spans.length,
    errors: spans.filter(({ status }) => status.code === SpanStatusCode.ERROR).length,
    services: distinct(spans.map(({ resource }) => resource.attributes['service.name'])),
    models: distinct(spans.map(({ attributes }) => attributes['gen_ai.request.model'])),
    tokens: {
      input: sum(spans, 'gen_ai.usage.input_tokens', 1),
      output: sum(spans, 'gen_ai.usage.output_tokens', 1),
    },
    costUsd: sum(spans, 'gen_ai.usage.cost', 1_000_000),
    startedAt: new Date(Math.floor(startUs / 1_000)).toISOString(),
    endedAt: new Date(Math.floor(endUs / 1_000)).toISOString(),
    durationMs: (endUs - startUs) / 1_000,
  };
}

function distinct(values: readonly unknown[]): string[] {
  return [...new Set(values.filter((value) => typeof value === 'string'))].sort();
}

/** Sums in whole units of one part of `scale`, since sums of fractions depend on their order. */
function sum(spans: readonly ReadableSpan[], attribute: string, scale: number): number {
  return (
    spans.reduce((total, { attributes }) => total + Math.round(Number(attributes[attribute] ?? 0) * scale), 0) / scale
  );
}
