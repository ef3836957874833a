import { Command } from '@nestjs/cqrs';
import { expectTypeOf, it } from 'vitest';
import type {
  CommandOutcome,
  CommandReceipt,
  Commands,
  CommandTimeoutError,
  QueuedReceipt,
  StoredReceipt,
  WaitFor,
} from '../../lib/index.js';

class Open extends Command<CommandReceipt> {
  owner!: string;
}

declare const commands: Commands;
declare const receipt: CommandReceipt;
declare const queued: QueuedReceipt;
declare const waitFor: WaitFor;

it('Commands.run() answers with a receipt of the state that was waited for', () => {
  expectTypeOf(commands.run(new Open())).resolves.toEqualTypeOf<StoredReceipt>();
  expectTypeOf(commands.run(new Open(), { timeoutMs: 1 })).resolves.toEqualTypeOf<StoredReceipt>();
  expectTypeOf(commands.run(new Open(), { waitFor: 'stored' })).resolves.toEqualTypeOf<StoredReceipt>();
  expectTypeOf(commands.run(new Open(), { waitFor: 'queued' })).resolves.toEqualTypeOf<CommandReceipt>();
  expectTypeOf(commands.run(new Open(), { waitFor })).resolves.toEqualTypeOf<CommandReceipt>();
  // @ts-expect-error nothing else can be waited for
  void commands.run(new Open(), { waitFor: 'handled' });
  // @ts-expect-error a command is an object
  void commands.run('open');
});

it('Commands.outcome() takes a receipt of a queued command, or what names it', () => {
  expectTypeOf(commands.outcome(queued)).resolves.toEqualTypeOf<CommandOutcome | undefined>();
  const { tenantId, receiptId } = queued;
  void commands.outcome({ tenantId, receiptId });
  if (receipt.status === 'queued') void commands.outcome(receipt);
  // @ts-expect-error what is stored has its outcome
  if (receipt.status === 'stored') void commands.outcome(receipt);
  // @ts-expect-error a receipt is known within its tenant
  void commands.outcome({ receiptId });
  expectTypeOf<CommandTimeoutError['receipt']>().toEqualTypeOf<QueuedReceipt>();
});
