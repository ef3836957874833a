import { ApiProperty } from '@nestjs/swagger';
import type { Alert } from '../reactors/recent-alerts.js';
import { toIsoTime } from './to-iso-time.js';

/** That a trace has failed spans. */
export class AlertDto {
  @ApiProperty()
  readonly traceId: string;

  @ApiProperty({ description: 'The span whose failure came last' })
  readonly spanId: string;

  @ApiProperty()
  readonly name: string;

  @ApiProperty({ type: String, nullable: true })
  readonly service: string | null;

  @ApiProperty()
  readonly message: string;

  @ApiProperty({ description: 'How many spans of the trace had failed by then' })
  readonly errors: number;

  @ApiProperty({ format: 'date-time' })
  readonly recordedAt: string;

  constructor(alert: Alert) {
    this.traceId = alert.traceId;
    this.spanId = alert.spanId;
    this.name = alert.name;
    this.service = alert.service;
    this.message = alert.message;
    this.errors = alert.errors;
    this.recordedAt = toIsoTime(alert.recordedAt);
  }
}
