import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeTracerProvider, SimpleSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { Tracer } from '@opentelemetry/api';

/** One request as an exporter sent it. */
export interface CapturedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Runs `trace` against the real exporter and returns what came over the wire, one request a span. */
export async function captureExport(
  createExporter: (url: string) => SpanExporter,
  trace: (tracer: Tracer) => void,
): Promise<CapturedRequest[]> {
  const requests: CapturedRequest[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    requests.push({ headers: request.headers, body: Buffer.concat(chunks) });
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const exporter = createExporter(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`);
  const provider = new NodeTracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': 'checkout', 'service.replicas': 3 })),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  trace(provider.getTracer('capture'));
  await provider.shutdown();
  server.closeAllConnections();
  server.close();
  return requests;
}
