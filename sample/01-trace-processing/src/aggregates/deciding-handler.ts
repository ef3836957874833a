import {
  EventStore,
  type AggregateCommandHandler,
  type CommandContext,
  type DomainEvents,
} from '@event-sourcing/nestjs';
import { Injectable } from '@nestjs/common';
import type { History } from './history.js';

/** Handles a command by what its aggregate has been through. Commands of one aggregate come one after the other. */
@Injectable()
export abstract class DecidingHandler<C extends object, S> implements AggregateCommandHandler<C> {
  protected abstract readonly history: History<S>;

  /** Pure. @throws CommandRejectedError when a rule says no */
  protected abstract readonly decide: (state: S, command: C) => DomainEvents;

  constructor(private readonly log: EventStore) {}

  async handle(command: C, { tenantId, aggregateType, aggregateId }: CommandContext): Promise<DomainEvents> {
    return this.decide(await this.history.read(this.log, { tenantId, aggregateType, aggregateId }), command);
  }
}
