import { ApiProperty } from '@nestjs/swagger';
import type { TraceSummaryState } from '../projections/trace-summary.state.js';
import { toIsoTime } from '../../http/to-iso-time.js';

export class TokensDto {
  @ApiProperty({ description: 'Tokens that the models read' })
  readonly input!: number;

  @ApiProperty({ description: 'Tokens that the models wrote' })
  readonly output!: number;
}

/** What is known of a trace. */
export class TraceSummaryDto {
  @ApiProperty({ example: '4bf92f3577b34da6a3ce929d0e0e4736' })
  readonly traceId: string;

  @ApiProperty({ type: String, nullable: true, description: 'Name of the root span; null until it arrives' })
  readonly rootSpanName: string | null;

  @ApiProperty()
  readonly spans: number;

  @ApiProperty({ description: 'How many spans ended with an error' })
  readonly errors: number;

  @ApiProperty({ type: [String] })
  readonly services: readonly string[];

  @ApiProperty({ type: [String] })
  readonly models: readonly string[];

  @ApiProperty({ type: TokensDto })
  readonly tokens: TokensDto;

  @ApiProperty({ description: 'What the models cost, in US dollars' })
  readonly costUsd: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly startedAt: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly endedAt: string | null;

  @ApiProperty({ description: 'From the start of the first span to the end of the last, to the microsecond' })
  readonly durationMs: number;

  constructor(traceId: string, state: TraceSummaryState) {
    this.traceId = traceId;
    this.rootSpanName = state.root?.name ?? null;
    this.spans = state.spans;
    this.errors = state.errors;
    this.services = state.services;
    this.models = state.models;
    this.tokens = state.tokens;
    this.costUsd = state.costUsd;
    this.startedAt = toIsoTime(state.startedAt);
    this.endedAt = toIsoTime(state.endedAt);
    this.durationMs = state.durationMs;
  }
}
