import type { EventMetadata, RecordedEvent } from '@event-sourcing/nestjs';
import { ApiProperty } from '@nestjs/swagger';
import { SliceOf } from './slice-of.js';

/** An event as the log holds it. */
export class RecordedEventDto {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ description: 'Position in its stream: 1, 2, 3 …' })
  readonly sequence: number;

  @ApiProperty({ example: 'trace.span_received' })
  readonly type: string;

  @ApiProperty()
  readonly version: number;

  @ApiProperty({ type: 'object', additionalProperties: true })
  readonly data: object;

  @ApiProperty({ type: 'object', additionalProperties: true })
  readonly metadata: EventMetadata;

  @ApiProperty({ format: 'date-time' })
  readonly occurredAt: string;

  @ApiProperty({ format: 'date-time' })
  readonly recordedAt: string;

  constructor(event: RecordedEvent) {
    this.id = event.id;
    this.sequence = event.sequence;
    this.type = event.type;
    this.version = event.version;
    this.data = event.data;
    this.metadata = event.metadata;
    this.occurredAt = event.occurredAt.toISOString();
    this.recordedAt = event.recordedAt.toISOString();
  }
}

/** Events of one stream in the order of their sequences. */
export class EventPageDto extends SliceOf(RecordedEventDto) {}
