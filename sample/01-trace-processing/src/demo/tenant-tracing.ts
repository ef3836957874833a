import type { Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-node';
import { RecordingExporter } from './recording-exporter.js';

const MAX_EXPORT_BATCH_SIZE = 32;
const MAX_QUEUE_SIZE = 100_000;

type ExporterOptions = NonNullable<ConstructorParameters<typeof ProtobufExporter>[0]>;

/** The services of the demo; each sends in another form that OTLP has. */
export const SERVICES = {
  storefront: (options: ExporterOptions) => new ProtobufExporter({ ...options, compression: GZIP }),
  checkout: (options: ExporterOptions) => new JsonExporter(options),
  assistant: (options: ExporterOptions) => new ProtobufExporter(options),
  search: (options: ExporterOptions) => new JsonExporter({ ...options, compression: GZIP }),
} satisfies Record<string, (options: ExporterOptions) => SpanExporter>;

export type ServiceName = keyof typeof SERVICES;

/** The value of the enum `CompressionAlgorithm`, which the exporters' packages do not export. */
const GZIP = 'gzip' as ExporterOptions['compression'];

/** With what the SDK says of itself; one service passes for another language's. */
function resourceOf(service: string): Resource {
  const python = { 'telemetry.sdk.language': 'python', 'telemetry.sdk.version': '1.38.0' };
  return defaultResource().merge(
    resourceFromAttributes({ 'service.name': service, ...(service === 'assistant' && python) }),
  );
}

/** The OpenTelemetry SDKs of all services of one tenant, each with its own exporter. */
export class TenantTracing {
  private readonly services = new Map<
    string,
    { readonly provider: NodeTracerProvider; readonly exporter: RecordingExporter }
  >();

  constructor(
    readonly tenant: string,
    baseUrl: string,
  ) {
    const options = { url: `${baseUrl}/v1/traces`, headers: { 'x-tenant-id': tenant } };
    for (const [service, createExporter] of Object.entries(SERVICES)) {
      const exporter = new RecordingExporter(`${tenant}/${service}`, createExporter(options));
      const provider = new NodeTracerProvider({
        resource: resourceOf(service),
        spanProcessors: [
          new BatchSpanProcessor(exporter, { maxExportBatchSize: MAX_EXPORT_BATCH_SIZE, maxQueueSize: MAX_QUEUE_SIZE }),
        ],
      });
      this.services.set(service, { provider, exporter });
    }
  }

  tracer(service: ServiceName): Tracer {
    const entry = this.services.get(service);
    if (!entry) throw new Error(`No service ${service}.`);
    return entry.provider.getTracer('demo');
  }

  /** Sends what waits, and closes all exporters. */
  async shutdown(): Promise<void> {
    await Promise.all([...this.services.values()].map(({ provider }) => provider.shutdown()));
  }

  /** The spans that the server has answered for. */
  get acknowledged(): readonly ReadableSpan[] {
    return [...this.services.values()].flatMap(({ exporter }) => exporter.acknowledged);
  }

  get failures(): readonly string[] {
    return [...this.services.values()].flatMap(({ exporter }) => exporter.failures);
  }
}
