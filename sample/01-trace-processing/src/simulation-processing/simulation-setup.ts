import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Length } from 'class-validator';

const MAX_NAME_LENGTH = 100;

/** What is simulated. */
export class SimulationSetup {
  @ApiProperty({ example: 'angry customer wants a refund' })
  @Length(1, MAX_NAME_LENGTH)
  readonly scenario!: string;

  @ApiPropertyOptional({ description: 'Scenarios that belong together', default: 'default' })
  @Length(1, MAX_NAME_LENGTH)
  readonly scenarioSet: string = 'default';

  constructor(setup?: Partial<SimulationSetup>) {
    Object.assign(this, setup);
  }
}
