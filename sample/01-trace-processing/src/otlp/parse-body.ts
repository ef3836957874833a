import { MalformedOtlpError } from './malformed-otlp.error.js';
import type { OtlpFormat } from './otlp-format.js';
import { ExportTraceServiceRequest } from './trace-descriptor.js';

/**
 * Turns a body into the object that it encodes, in the names of OTLP/JSON. What differs by format is left as it is:
 * ids and bytes are `Uint8Array` in protobuf and text in JSON.
 *
 * @throws MalformedOtlpError when the body does not parse
 */
export function parseBody(format: OtlpFormat, body: Uint8Array): unknown {
  return format === 'protobuf' ? parseProtobuf(body) : parseJson(body);
}

function parseProtobuf(body: Uint8Array): unknown {
  try {
    return ExportTraceServiceRequest.toObject(ExportTraceServiceRequest.decode(body), { longs: String });
  } catch (error) {
    throw new MalformedOtlpError(
      'The body is not a protobuf ExportTraceServiceRequest.',
      [{ field: 'body', message: `is malformed protobuf: ${reason(error)}` }],
      { cause: error },
    );
  }
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown;
  } catch (error) {
    throw new MalformedOtlpError(
      'The body is not JSON.',
      [{ field: 'body', message: `is malformed JSON: ${reason(error)}` }],
      { cause: error },
    );
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
