import type { SpanAttributes } from '../../otlp/otlp-span.js';

/** Where instrumentations put what a model answered: OpenTelemetry's conventions now and before, and OpenInference. */
const OUTPUT_ATTRIBUTES = ['gen_ai.output.messages', 'gen_ai.completion', 'output.value'];

/** What a model answered, as text; `null` when the span is none of a model, or does not say. */
export function readModelOutput(attributes: SpanAttributes): string | null {
  const output = OUTPUT_ATTRIBUTES.map((name) => attributes[name]).find(
    (value) => value !== undefined && value !== null,
  );
  if (output === undefined) return null;
  return typeof output === 'string' ? output : JSON.stringify(output);
}
