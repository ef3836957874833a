import { HttpStatus, Injectable, type PipeTransform } from '@nestjs/common';
import { ProblemException } from '../../http/problem.exception.js';
import { TRACE_ID, TRACE_ID_RULE } from '../span-id.js';

/** Takes a trace id in any case, as tools print them. */
@Injectable()
export class ParseTraceIdPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    const traceId = value.toLowerCase();
    if (TRACE_ID.test(traceId)) return traceId;
    throw new ProblemException(HttpStatus.BAD_REQUEST, 'The trace id is malformed.', {
      code: 'INVALID_REQUEST',
      errors: [{ field: 'traceId', message: TRACE_ID_RULE }],
    });
  }
}
