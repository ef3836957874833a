import type { CommandOutcome } from '@event-sourcing/nestjs';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** How a command ended. */
export class OutcomeDto {
  @ApiProperty({ enum: ['stored', 'rejected', 'failed'] })
  readonly status: CommandOutcome['status'];

  @ApiProperty()
  readonly commandId: string;

  @ApiPropertyOptional({ description: 'Why it was not stored: the rule that said no, or the code of the error' })
  readonly code?: string;

  @ApiPropertyOptional()
  readonly message?: string;

  constructor(outcome: CommandOutcome) {
    this.status = outcome.status;
    this.commandId = outcome.commandId;
    if (outcome.status === 'rejected') [this.code, this.message] = [outcome.reason, outcome.message];
    // The message of a failure may tell of the inside.
    if (outcome.status === 'failed') this.code = outcome.code;
  }
}
