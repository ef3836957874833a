import { SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { toMicroseconds } from './to-microseconds.js';

export const EVALUATORS = ['latency', 'no_errors', 'no_refusal'] as const;

/** The part of `GET /evaluations/:id` that the demo expects something of. */
export interface ExpectedEvaluation {
  readonly status: 'completed' | 'skipped';
  readonly passed: boolean | null;
  readonly score: number | null;
}

/** Judges a trace by the SDK's own spans; shares no code with what it is compared to. */
export function evaluateTrace(
  evaluator: (typeof EVALUATORS)[number],
  spans: readonly ReadableSpan[],
): ExpectedEvaluation {
  switch (evaluator) {
    case 'latency':
      return evaluateLatency(spans);
    case 'no_errors': {
      const failed = spans.filter(({ status }) => status.code === SpanStatusCode.ERROR).length;
      return { status: 'completed', passed: failed === 0, score: 1 - failed / spans.length };
    }
    case 'no_refusal': {
      const outputs = spans.flatMap(({ attributes }) => attributes['gen_ai.output.messages'] ?? []).map(String);
      if (outputs.length === 0) return { status: 'skipped', passed: null, score: null };
      return { status: 'completed', passed: !outputs.some((one) => one.startsWith('I cannot help')), score: null };
    }
  }
}

function evaluateLatency(spans: readonly ReadableSpan[]): ExpectedEvaluation {
  const startUs = Math.min(...spans.map(({ startTime }) => toMicroseconds(startTime)));
  const endUs = Math.max(...spans.map(({ endTime }) => toMicroseconds(endTime)));
  const durationMs = Math.round((endUs - startUs) / 1_000);
  return { status: 'completed', passed: durationMs <= 2_000, score: Math.min(1, 2_000 / durationMs) };
}
