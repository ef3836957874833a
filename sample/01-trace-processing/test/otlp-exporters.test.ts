import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { describe, expect, it } from 'vitest';
import { decodeTraces } from '../src/otlp/decode-traces.js';
import { otlpFormat } from '../src/otlp/otlp-format.js';
import { captureExport } from './support/capture-export.js';
import { ROOT_START_MS, traceOnce } from './support/trace-once.js';

describe('what the real exporters send', () => {
  const exporters = {
    protobuf: (url: string) => new ProtobufExporter({ url }),
    JSON: (url: string) => new JsonExporter({ url }),
  };

  it.each(Object.entries(exporters))('%s', async (_, createExporter) => {
    const requests = await captureExport(createExporter, traceOnce);
    const [child, root] = requests.flatMap(({ headers, body }) => {
      const format = otlpFormat(headers['content-type']);
      if (format === null) throw new Error(`unknown content type ${headers['content-type']}`);
      return decodeTraces(format, body);
    });

    expect(root).toEqual({
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      parentSpanId: null,
      name: 'GET /cart',
      kind: 'server',
      startedAt: ROOT_START_MS,
      endedAt: ROOT_START_MS + 500,
      status: 'ok',
      statusMessage: '',
      attributes: {},
      service: 'checkout',
      sdk: { name: 'opentelemetry', language: 'nodejs', version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
    });
    expect(child).toMatchObject({
      traceId: root?.traceId,
      parentSpanId: root?.spanId,
      name: 'chat',
      kind: 'client',
      startedAt: 1_700_000_000_200,
      endedAt: 1_700_000_000_450.001,
      status: 'error',
      statusMessage: 'no money',
      service: 'checkout',
    });
    expect(child?.attributes).toEqual({
      text: 'ünï \u0000 🚀',
      'text.lone': 'a\ufffdb',
      'text.long': 'ä'.repeat(100),
      int: 42,
      'int.negative': -7,
      'int.safe': Number.MAX_SAFE_INTEGER,
      double: 0.25,
      yes: true,
      no: false,
      texts: ['a', 'b'],
      numbers: [1, 2.5],
    });
  });
});
