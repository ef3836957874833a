import { Controller, HttpCode, HttpStatus, Post, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { TenantId } from '@event-sourcing/nestjs';
import type { Response } from 'express';
import { ApiProblem } from '../../http/api-problem.decorator.js';
import { CurrentTenant } from '../../http/current-tenant.decorator.js';
import { TenantScoped } from '../../http/tenant-scoped.decorator.js';
import { OTLP_CONTENT_TYPES } from '../../otlp/otlp-format.js';
import { RecordSpan } from '../commands/record-span.command.js';
import { DecodeOtlpPipe } from './decode-otlp.pipe.js';
import type { OtlpExport } from './otlp-export.js';
import { OtlpRequest } from './otlp-request.decorator.js';

/** Where OpenTelemetry exporters send spans. */
@ApiTags('ingestion')
@Controller('v1/traces')
@TenantScoped()
export class OtlpTracesController {
  constructor(private readonly commandBus: CommandBus) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Record spans',
    description:
      'An OTLP ExportTraceServiceRequest, gzip or not. Answered when every span is stored, or queued where processes ' +
      'share a queue; repeats store nothing twice.',
  })
  @ApiConsumes(...Object.values(OTLP_CONTENT_TYPES))
  @ApiBody({ schema: { type: 'object', properties: { resourceSpans: { type: 'array', items: { type: 'object' } } } } })
  @ApiOkResponse({ description: 'An ExportTraceServiceResponse in the format of the request' })
  @ApiProblem(HttpStatus.PAYLOAD_TOO_LARGE, 'The body is too large')
  @ApiProblem(HttpStatus.UNSUPPORTED_MEDIA_TYPE, 'The content type or encoding is not one of OTLP')
  @ApiProblem(HttpStatus.TOO_MANY_REQUESTS, 'Too much waits already; see Retry-After')
  @ApiProblem(HttpStatus.SERVICE_UNAVAILABLE, 'The storage does not answer; see Retry-After')
  async record(
    @CurrentTenant() tenantId: TenantId,
    @OtlpRequest(DecodeOtlpPipe) { format, spans }: OtlpExport,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object | undefined> {
    await Promise.all(spans.map((span) => this.commandBus.execute(new RecordSpan(tenantId, span))));
    response.type(OTLP_CONTENT_TYPES[format]);
    // An ExportTraceServiceResponse with nothing to report is `{}` in JSON, and no bytes at all in protobuf.
    return format === 'json' ? {} : undefined;
  }
}
