import { Command } from '@nestjs/cqrs';
import { expectTypeOf, it } from 'vitest';
import {
  AmbientContextInterceptor,
  CommandHandler,
  type CommandMiddleware,
  type CommandResult,
  createTenantId,
  type DispatchedCommand,
  EventSourcingModule,
  type HandledCommand,
} from '../../lib/index.js';
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

it('times and keys of commands are made of the command', () => {
  void commands.run(new Open(), { delayMs: 1, dedupe: { key: 'k', forMs: 1 } });
  // @ts-expect-error a key stands for a time
  void commands.run(new Open(), { dedupe: { key: 'k' } });
  // @ts-expect-error the sender has the command, and gives the key itself
  void commands.run(new Open(), { dedupe: { key: () => 'k', forMs: 1 } });
  const options = { type: 'open', aggregateId: ({ owner }: Open) => owner };
  void CommandHandler(Open, { ...options, delayMs: ({ owner }) => owner.length });
  void CommandHandler(Open, { ...options, delayMs: 5, dedupe: { key: ({ owner }) => owner, forMs: 1 } });
  // @ts-expect-error a command has no such property
  void CommandHandler(Open, { ...options, dedupe: { key: ({ name }) => name as string, forMs: 1 } });
});

it('middleware answers with what next() gives, and has at least one of its methods', () => {
  class Timing implements CommandMiddleware {
    async aroundDispatch({ command }: DispatchedCommand, next: () => Promise<QueuedReceipt>): Promise<QueuedReceipt> {
      if (command instanceof Open) expectTypeOf(command.owner).toEqualTypeOf<string>();
      return next();
    }
    async aroundHandle(_: HandledCommand, next: () => Promise<CommandResult>): Promise<CommandResult> {
      return next();
    }
  }
  class Nothing {
    aroundHandling(): void {}
  }
  void EventSourcingModule.forRoot({ commandMiddleware: [Timing] });
  void EventSourcingModule.forFeature({ pipeline: 'p', aggregateType: 'a', events: [], commandMiddleware: [Timing] });
  // @ts-expect-error it has none of the methods
  void EventSourcingModule.forRoot({ commandMiddleware: [Nothing] });
  // @ts-expect-error classes, which Nest makes
  void EventSourcingModule.forRoot({ commandMiddleware: [new Timing()] });
  const middleware: CommandMiddleware = {
    // @ts-expect-error what is refused is thrown
    aroundDispatch: async () => undefined,
  };
  void middleware;
});

it('AmbientContextInterceptor reads requests of the application', () => {
  interface Request {
    readonly user?: { readonly id: string };
  }
  const tenantId = () => createTenantId('acme');
  void new AmbientContextInterceptor<Request>({ tenantId, userId: ({ user }) => user?.id });
  // @ts-expect-error a tenant is a TenantId
  void new AmbientContextInterceptor<Request>({ tenantId: () => 'acme' });
  // @ts-expect-error a request has no such property
  void new AmbientContextInterceptor<Request>({ tenantId, userId: ({ account }) => account as string });
});
