import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';

type ExportCallback = Parameters<SpanExporter['export']>[1];

const SUCCESS = 0;

/** Passes spans on to a real exporter, and notes which of them the server has answered for. */
export class RecordingExporter implements SpanExporter {
  readonly acknowledged: ReadableSpan[] = [];
  readonly failures: string[] = [];

  constructor(
    private readonly name: string,
    private readonly exporter: SpanExporter,
  ) {}

  export(spans: ReadableSpan[], callback: ExportCallback): void {
    this.exporter.export(spans, (result) => {
      if ((result.code as number) === SUCCESS) this.acknowledged.push(...spans);
      else this.failures.push(`${this.name}: ${spans.length} spans: ${result.error?.message ?? 'unknown error'}`);
      callback(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }
}
