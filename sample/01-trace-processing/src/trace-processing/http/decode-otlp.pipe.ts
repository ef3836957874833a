import { HttpStatus, Injectable, type PipeTransform } from '@nestjs/common';
import type { Request } from 'express';
import { ProblemException } from '../../http/problem.exception.js';
import { decodeTraces } from '../../otlp/decode-traces.js';
import { OTLP_CONTENT_TYPES, otlpFormat } from '../../otlp/otlp-format.js';
import type { OtlpExport } from './otlp-export.js';

/** Turns a request, whose body the raw body parser has read and inflated, into the spans that it carries. */
@Injectable()
export class DecodeOtlpPipe implements PipeTransform<Request, OtlpExport> {
  transform(request: Request): OtlpExport {
    const format = otlpFormat(request.headers['content-type']);
    if (format === null) throw unsupportedContentType();
    const body: unknown = request.body;
    return { format, spans: decodeTraces(format, body instanceof Uint8Array ? body : new Uint8Array()) };
  }
}

function unsupportedContentType(): ProblemException {
  const message = `must be ${Object.values(OTLP_CONTENT_TYPES).join(' or ')}`;
  return new ProblemException(HttpStatus.UNSUPPORTED_MEDIA_TYPE, `The content type ${message}.`, {
    errors: [{ field: 'content-type', message }],
  });
}
