import type { OtlpFormat } from '../../otlp/otlp-format.js';
import type { OtlpSpan } from '../../otlp/otlp-span.js';

/** What an exporter sent. */
export interface OtlpExport {
  readonly format: OtlpFormat;
  readonly spans: readonly OtlpSpan[];
}
