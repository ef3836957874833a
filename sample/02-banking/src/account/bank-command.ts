import type { CommandReceipt, TenantId } from '@event-sourcing/nestjs';
import { Command } from '@nestjs/cqrs';
import { IsString } from 'class-validator';

/** What a command is made of. */
export type CommandData<C> = { readonly [K in keyof C as K extends string ? K : never]: C[K] };

/** A command to the bank of one tenant. */
export abstract class BankCommand extends Command<CommandReceipt> {
  @IsString()
  readonly tenantId!: TenantId;

  /** A command whose id the account knows changes nothing more, and is answered like the first. */
  @IsString()
  readonly commandId!: string;
}
