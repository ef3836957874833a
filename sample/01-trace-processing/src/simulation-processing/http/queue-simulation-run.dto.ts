import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { PUBLIC_ID, PUBLIC_ID_RULE } from '../../aggregates/public-id.js';
import { SimulationSetup } from '../simulation-setup.js';

/** A simulation to queue, with an id that you choose. */
export class QueueSimulationRunDto extends SimulationSetup {
  @ApiProperty({ example: 'refund-17' })
  @Matches(PUBLIC_ID, { message: `$property ${PUBLIC_ID_RULE}` })
  readonly runId!: string;
}
