import { ApiProperty } from '@nestjs/swagger';
import { Message } from '../message-snapshot.js';
import type { SimulationRun } from '../projections/simulation-run.js';
import { SimulationRunDto } from './simulation-run.dto.js';

/** A simulation with its conversation. */
export class SimulationRunDetailDto extends SimulationRunDto {
  @ApiProperty({ type: [Message], description: 'Of the last snapshot' })
  readonly messages: readonly Message[];

  constructor(runId: string, state: SimulationRun) {
    super(runId, state);
    this.messages = state.messages;
  }
}
