import { ApiProperty } from '@nestjs/swagger';
import { PageOf } from '../../http/page-of.js';
import type { DailyBillableEvents } from '../daily-billable-events.js';

/** What a project is billed for on one day. */
export class DailyBillableEventsDto implements DailyBillableEvents {
  @ApiProperty({ format: 'date', description: 'In UTC, by when the events were recorded', example: '2026-11-20' })
  readonly day!: string;

  @ApiProperty()
  readonly total!: number;

  @ApiProperty()
  readonly spans!: number;

  @ApiProperty({ description: 'Evaluations that came to a verdict' })
  readonly evaluations!: number;

  @ApiProperty({ description: 'Results of targets and evaluators' })
  readonly experimentResults!: number;

  @ApiProperty({ description: 'Simulations that were started' })
  readonly simulations!: number;
}

/** One page of days, the latest first. */
export class DailyBillableEventsPageDto extends PageOf(DailyBillableEventsDto) {}
