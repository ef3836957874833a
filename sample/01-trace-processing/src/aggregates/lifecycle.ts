import { CommandRejectedError, type EventStore, type StreamId } from '@event-sourcing/nestjs';
import type { History } from './history.js';

/** The phases that an aggregate goes through, each entered by an event. */
export class Lifecycle<P extends string> implements History<P> {
  /**
   * @param aggregate such as `simulation run`, for messages and codes
   * @param unknown the phase of an aggregate without events
   * @param entered the phase that each type of event begins; other types change nothing
   */
  constructor(
    private readonly aggregate: string,
    private readonly unknown: P,
    private readonly entered: Readonly<Record<string, P>>,
  ) {}

  /** The phase that an aggregate is in: the last event that began one is read, however long the stream is. */
  async read(log: EventStore, stream: StreamId): Promise<P> {
    const types = Object.keys(this.entered);
    for await (const { type } of log.read(stream, { types, direction: 'backwards', limit: 1 })) {
      return this.entered[type] ?? this.unknown;
    }
    return this.unknown;
  }

  /** @throws CommandRejectedError with a reason such as `SIMULATION_RUN_FINISHED`, unless the phase is one of these */
  require(phase: P, allowed: readonly P[], done: string): void {
    if (allowed.includes(phase)) return;
    throw new CommandRejectedError(
      phase === this.unknown
        ? `There is no such ${this.aggregate}, so it cannot be ${done}.`
        : `The ${this.aggregate} is ${phase}, so it cannot be ${done}.`,
      { reason: `${this.aggregate} ${phase}`.replaceAll(' ', '_').toUpperCase() },
    );
  }
}
