import type { JsonValue } from '@event-sourcing/nestjs';
import { ApiProperty } from '@nestjs/swagger';
import { toIsoTime } from '../http/to-iso-time.js';
import type { Alert } from './alert.js';

/** Something that somebody should look at. */
export class AlertDto {
  @ApiProperty({ enum: ['trace_failed', 'simulation_failed'] })
  readonly kind: Alert['kind'];

  @ApiProperty({ description: 'The trace or the simulation run' })
  readonly subjectId: string;

  @ApiProperty({ description: 'What went wrong, in its own words; may be empty' })
  readonly message: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'What else is known, by kind' })
  readonly details: Readonly<Record<string, JsonValue>>;

  @ApiProperty({ format: 'date-time' })
  readonly recordedAt: string;

  constructor(alert: Alert) {
    this.kind = alert.kind;
    this.subjectId = alert.subjectId;
    this.message = alert.message;
    this.details = alert.details;
    this.recordedAt = toIsoTime(alert.recordedAt);
  }
}
