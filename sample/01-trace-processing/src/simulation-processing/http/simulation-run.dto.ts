import { ApiProperty } from '@nestjs/swagger';
import { toIsoTime } from '../../http/to-iso-time.js';
import {
  SIMULATION_RUN_STATUSES,
  type SimulationRun,
  type SimulationRunStatus,
} from '../projections/simulation-run.js';
import { SIMULATION_VERDICTS, type SimulationVerdict } from '../simulation-result.js';

/** What is known of a simulation, but for its conversation. */
export class SimulationRunDto {
  @ApiProperty({ example: 'refund-17' })
  readonly runId: string;

  @ApiProperty({ type: String, nullable: true })
  readonly scenario: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly scenarioSet: string | null;

  @ApiProperty({ enum: SIMULATION_RUN_STATUSES })
  readonly status: SimulationRunStatus;

  @ApiProperty({ enum: SIMULATION_VERDICTS, nullable: true })
  readonly verdict: SimulationVerdict | null;

  @ApiProperty()
  readonly reasoning: string;

  @ApiProperty({ type: [String] })
  readonly metCriteria: readonly string[];

  @ApiProperty({ type: [String] })
  readonly unmetCriteria: readonly string[];

  @ApiProperty({ type: String, nullable: true, description: 'Why it failed or was cancelled' })
  readonly reason: string | null;

  @ApiProperty({ description: 'Messages of the last snapshot' })
  readonly messageCount: number;

  @ApiProperty()
  readonly snapshots: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly queuedAt: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly startedAt: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly endedAt: string | null;

  @ApiProperty({ type: Number, nullable: true, description: 'From its start to its end' })
  readonly durationMs: number | null;

  constructor(runId: string, state: SimulationRun) {
    this.runId = runId;
    this.scenario = state.scenario;
    this.scenarioSet = state.scenarioSet;
    this.status = state.status;
    this.verdict = state.verdict;
    this.reasoning = state.reasoning;
    this.metCriteria = state.metCriteria;
    this.unmetCriteria = state.unmetCriteria;
    this.reason = state.reason;
    this.messageCount = state.messages.length;
    this.snapshots = state.snapshots;
    this.queuedAt = toIsoTime(state.queuedAt);
    this.startedAt = toIsoTime(state.startedAt);
    this.endedAt = toIsoTime(state.endedAt);
    this.durationMs = state.durationMs;
  }
}
