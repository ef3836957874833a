import { type INestApplicationContext, Injectable, Module, type Provider } from '@nestjs/common';
import { Command, CommandBus, CqrsModule } from '@nestjs/cqrs';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { z } from 'zod';
import { AsyncValidationError } from '../../lib/events/async-validation.error.js';
import {
  defineCommandSchema,
  definePipeline,
  EventSourcing,
  type PipelineCommand,
  type PipelineCommandHandler,
} from '../../lib/compat.js';
import {
  CommandHandler,
  type CommandReceipt,
  createTenantId,
  DomainEvent,
  EventSourcingModule,
  EventStore,
  GroupQueue,
  InvalidCommandError,
  InvalidEventError,
} from '../../lib/index.js';
import { start } from '../support/apps.js';

const tenantId = createTenantId('acme');

const line = z.object({ sku: z.string().min(1), quantity: z.number().int().positive() });

@DomainEvent('order.placed', { schema: z.object({ lines: z.array(line) }) })
class OrderPlaced {
  lines!: z.infer<typeof line>[];
  static of(...lines: z.infer<typeof line>[]): OrderPlaced {
    return Object.assign(new OrderPlaced(), { lines });
  }
}

class PlaceOrder extends Command<CommandReceipt> {
  readonly tenantId = tenantId;
  constructor(
    readonly orderId: string,
    readonly lines: unknown,
    readonly email: unknown = 'ann@example.org',
  ) {
    super();
  }
}

@CommandHandler(PlaceOrder, {
  type: 'order.place',
  aggregateId: ({ orderId }) => orderId,
  schema: z.object({
    orderId: z.string(),
    email: z.email(),
    lines: z.array(z.object({ sku: z.string(), quantity: z.number() })).min(1, 'an order has lines'),
  }),
})
class PlaceOrderHandler {
  handle({ lines }: PlaceOrder): OrderPlaced[] {
    return [OrderPlaced.of(...(lines as z.infer<typeof line>[]))];
  }
}

class Check extends Command<CommandReceipt> {
  readonly tenantId = tenantId;
  readonly name = 'x';
}

@CommandHandler(Check, {
  type: 'order.check',
  aggregateId: ({ name }) => name,
  schema: z.object({ name: z.string().refine(async () => false) }),
})
class CheckHandler {
  handle(): OrderPlaced[] {
    return [];
  }
}

async function startOrders(...handlers: Provider[]): Promise<INestApplicationContext> {
  @Module({
    imports: [EventSourcingModule.forFeature({ pipeline: 'orders', aggregateType: 'order', events: [OrderPlaced] })],
    providers: handlers,
  })
  class Orders {}
  @Module({ imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot(), Orders] })
  class Root {}
  return start(Root);
}

const stream = (aggregateId: string) => ({ tenantId, aggregateType: 'order', aggregateId });

describe('schemas of zod', () => {
  it('are those of commands and events, and hold before anything is queued', async () => {
    const app = await startOrders(PlaceOrderHandler);
    const stage = vi.spyOn(app.get(GroupQueue), 'stage');
    const run = (...args: ConstructorParameters<typeof PlaceOrder>) =>
      app.get(CommandBus).execute(new PlaceOrder(...args));
    const good = [{ sku: 'a', quantity: 1 }];
    const refused: [ConstructorParameters<typeof PlaceOrder>, readonly RegExp[]][] = [
      [['o1', []], [/^lines: an order has lines$/]],
      [['o1', [{ sku: 'a', quantity: 'one' }]], [/^lines\.0\.quantity: .*number/]],
      [['o1', undefined], [/^lines: /]],
      [['o1', good, 'nobody'], [/^email: .*email/i]],
      [
        [5 as never, [], 'nobody'],
        [/^orderId: /, /^email: /, /^lines: /],
      ],
    ];
    for (const [args, problems] of refused) {
      const error = await run(...args).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(InvalidCommandError);
      const told = (error as InvalidCommandError).problems;
      expect(told).toEqual(problems.map((problem) => expect.stringMatching(problem) as string));
    }
    expect(stage).not.toHaveBeenCalled();
    expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0 });
    expect(await app.get(EventStore).head(stream('o1'))).toBe(0);
    expect(await run('o1', good)).toMatchObject({ status: 'stored', lastSequence: 1 });
    await expect(run('o1', [{ sku: '', quantity: 0 }])).rejects.toMatchObject({
      failureCode: 'INVALID_EVENT',
      message: expect.stringMatching(/lines\.0\.sku.*lines\.0\.quantity/s),
    });
    const append = app.get(EventStore).append(stream('o1'), [{ data: new OrderPlaced() }]);
    await expect(append).rejects.toBeInstanceOf(InvalidEventError);
    expect(await app.get(EventStore).head(stream('o1'))).toBe(1);
  });

  it('that need to wait are refused as such', async () => {
    const app = await startOrders(CheckHandler);
    await expect(app.get(CommandBus).execute(new Check())).rejects.toBeInstanceOf(AsyncValidationError);
  });

  it('say the payload of a command of a pipeline in code', async () => {
    const payload = z.strictObject({ traceId: z.string(), spanId: z.string() });
    type Payload = z.infer<typeof payload>;

    @DomainEvent('span.recorded')
    class SpanRecorded {
      spanId!: string;
    }

    @Injectable()
    class RecordSpan implements PipelineCommandHandler<Payload, SpanRecorded> {
      static readonly schema = defineCommandSchema('span.record', payload);
      static getAggregateId({ traceId }: Payload): string {
        return traceId;
      }
      async handle({ data }: PipelineCommand<Payload>): Promise<SpanRecorded[]> {
        return [Object.assign(new SpanRecorded(), { spanId: data.spanId })];
      }
    }

    const spans = new EventSourcing().register(
      definePipeline()
        .withName('spans')
        .withAggregateType('span')
        .withEvents(SpanRecorded)
        .withCommand('recordSpan', RecordSpan)
        .build(),
    );
    @Module({ imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot(), spans.module] })
    class Root {}
    const app = await start(Root);
    const { recordSpan } = spans.commands;
    expectTypeOf(recordSpan.send).parameter(0).toExtend<Payload>();
    const sent = { tenantId: 'acme', traceId: 't1', spanId: 's1' };
    await expect(recordSpan.send({ ...sent, spanId: 7 as never })).rejects.toMatchObject({
      code: 'INVALID_COMMAND',
      problems: [expect.stringMatching(/^spanId: /)],
    });
    // The tenant is no part of the payload, else a strict schema would refuse it.
    expect(await recordSpan.send(sent)).toMatchObject({ status: 'stored', lastSequence: 1 });
    expect(await app.get(EventStore).head({ tenantId, aggregateType: 'span', aggregateId: 't1' })).toBe(1);
  });
});
