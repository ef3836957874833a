import { ApiProperty } from '@nestjs/swagger';
import { PageOf } from '../../http/page-of.js';
import { MAX_SDKS, type DailySdkUsage, type SdkUsage } from '../daily-sdk-usage.js';

export class SdkUsageDto implements SdkUsage {
  @ApiProperty({ type: String, nullable: true, example: 'opentelemetry' })
  readonly name!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'nodejs' })
  readonly language!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '2.2.0' })
  readonly version!: string | null;

  @ApiProperty()
  readonly spans!: number;
}

/** Which SDKs sent the spans of a project on one day. */
export class DailySdkUsageDto implements DailySdkUsage {
  @ApiProperty({ format: 'date', description: 'In UTC, by when the spans were recorded', example: '2026-11-20' })
  readonly day!: string;

  @ApiProperty()
  readonly spans!: number;

  @ApiProperty({ type: [SdkUsageDto], description: `Sorted; the first ${MAX_SDKS} that were seen` })
  readonly sdks!: readonly SdkUsageDto[];

  @ApiProperty({ description: 'Spans whose resource does not say which SDK it was' })
  readonly unknownSpans!: number;

  @ApiProperty({ description: `Spans of SDKs past the first ${MAX_SDKS}` })
  readonly otherSpans!: number;
}

/** One page of days, the latest first. */
export class DailySdkUsagePageDto extends PageOf(DailySdkUsageDto) {}
