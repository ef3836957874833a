import type { JsonValue } from '@event-sourcing/nestjs';
import type { SpanAttributes } from '../../otlp/otlp-span.js';

/** Numbers above these come from broken instrumentation, and would drown all others in a sum. */
const MAX_TOKENS = 1e12;
const MAX_COST_USD = 1e6;

/** What one call of a language model used. */
export interface ModelUsage {
  readonly model: string | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
}

/** Reads OpenTelemetry's semantic conventions for generative AI; what is absent or implausible counts as nothing. */
export function readModelUsage(attributes: SpanAttributes): ModelUsage {
  return {
    model: text(attributes['gen_ai.response.model']) ?? text(attributes['gen_ai.request.model']),
    inputTokens: Math.trunc(amount(attributes['gen_ai.usage.input_tokens'], MAX_TOKENS)),
    outputTokens: Math.trunc(amount(attributes['gen_ai.usage.output_tokens'], MAX_TOKENS)),
    costUsd: amount(attributes['gen_ai.usage.cost'], MAX_COST_USD),
  };
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function amount(value: JsonValue | undefined, max: number): number {
  return typeof value === 'number' && value >= 0 && value <= max ? value : 0;
}
