import type { CommandReceipt, TenantId } from '@event-sourcing/nestjs';
import { Command } from '@nestjs/cqrs';
import { IsString, Matches } from 'class-validator';
import { PUBLIC_ID } from './public-id.js';

/** Whom a command is for, and what makes it idempotent. */
export interface CommandAddress {
  readonly tenantId: TenantId;
  readonly aggregateId: string;
  /** A command with an id that its aggregate knows changes nothing more. */
  readonly commandId: string;
}

/** A command to one aggregate, with an id that its sender chose. */
export abstract class AggregateCommand extends Command<CommandReceipt> implements CommandAddress {
  @IsString()
  readonly tenantId: TenantId;

  @Matches(PUBLIC_ID)
  readonly aggregateId: string;

  @IsString()
  readonly commandId: string;

  constructor({ tenantId, aggregateId, commandId }: CommandAddress) {
    super();
    this.tenantId = tenantId;
    this.aggregateId = aggregateId;
    this.commandId = commandId;
  }
}

/** Options of `@CommandHandler` that all handlers of such commands share. */
export const AS_ADDRESSED = {
  aggregateId: ({ aggregateId }: AggregateCommand): string => aggregateId,
  commandId: ({ commandId }: AggregateCommand): string => commandId,
};
