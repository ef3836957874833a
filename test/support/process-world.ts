import type { AggregateCommandHandler } from '../../lib/commands/aggregate-command-handler.js';
import type { CommandContext } from '../../lib/commands/command-context.js';
import { CommandRejectedError } from '../../lib/commands/command-rejected.error.js';
import { CommandMiddlewares } from '../../lib/commands/middleware/command-middlewares.js';
import { CommandExecutor } from '../../lib/commands/command-executor.js';
import { CommandEncoder } from '../../lib/commands/command-encoder.js';
import { CommandHandler, commandHandlerMetadata } from '../../lib/commands/command-handler.decorator.js';
import type { CommandDefinition } from '../../lib/commands/command-definition.js';
import type { AppendResult } from '../../lib/event-store/append-result.js';
import type { EventStore } from '../../lib/event-store/event-store.js';
import { MemoryEventStore } from '../../lib/event-store/memory/memory-event-store.js';
import type { StreamId } from '../../lib/event-store/stream-id.js';
import { ClassValidatorValidator } from '../../lib/events/class-validator.validator.js';
import type { EventClass } from '../../lib/events/event-class.js';
import type { RecordedEvent } from '../../lib/events/recorded-event.js';
import type { PipelineDefinition } from '../../lib/pipeline/pipeline-definition.js';
import { PipelineRegistry } from '../../lib/pipeline/pipeline-registry.js';
import { OutboxExecutor } from '../../lib/processes/outbox-executor.js';
import type { ProcessDefinition } from '../../lib/processes/process-definition.js';
import { ProcessExecutor } from '../../lib/processes/process-executor.js';
import { ProcessInbox } from '../../lib/processes/process-inbox.js';
import { ProcessLog } from '../../lib/processes/process-log.js';
import { processMethods } from '../../lib/processes/process-methods.js';
import { SentCommands } from '../../lib/processes/sent-commands.js';
import { inboxType } from '../../lib/processes/stream/process-streams.js';
import { PROCESS_EVENTS } from '../../lib/processes/stream/process-events.js';
import { TimerExecutor } from '../../lib/processes/timer-executor.js';
import { FoldCache } from '../../lib/projections/fold-cache.js';
import { Link } from '../../lib/projections/links/link.event.js';
import { RouteExecutor } from '../../lib/projections/links/route-executor.js';
import { MemoryProjectionStore } from '../../lib/projections/stores/memory/memory-projection-store.js';
import { MemoryRecordStore } from '../../lib/projections/stores/memory/memory-record-store.js';
import { createComparisons } from '../../lib/runtime/comparisons/create-comparisons.js';
import { componentRoutes } from '../../lib/runtime/component-routes.js';
import { EventAnnouncer } from '../../lib/runtime/event-announcer.js';
import { EventRouter } from '../../lib/runtime/event-router.js';
import { FedComponents } from '../../lib/runtime/fed-components.js';
import { LaneWorker } from '../../lib/runtime/lane-worker.js';
import { ProcessWork } from '../../lib/runtime/process-work.js';
import { UnknownCommands } from '../../lib/runtime/unknown-commands.js';
import type { StorageContext } from '../../lib/storage/storage.js';
import { acme } from './counter-app.js';
import { type FaultyStoreCourse, faultyStore } from './faulty-store.js';
import { ManualClock } from './manual-clock.js';
import {
  CancelOrderHandler,
  OrderCancelled,
  OrderPayment,
  OrderPlaced,
  OrderShipped,
  PaymentReceived,
  PaymentRequested,
  Reminded,
  RemindHandler,
  MAX_TOTAL,
  RequestPayment,
  ShipOrderHandler,
} from './orders-app.js';
import { createStorageContext } from './storage-context.js';
import { UntrustyQueue } from './untrusty-queue.js';

const ORDER_EVENTS = [OrderPlaced, Reminded, OrderShipped, OrderCancelled];
const PAYMENT_EVENTS = [PaymentRequested, PaymentReceived];
const NEVER = (): never => {
  throw new Error('not here');
};

/** Refuses at first to ask for too much, and would not refuse a second time. */
class FicklePaymentHandler implements AggregateCommandHandler<RequestPayment> {
  private readonly refused = new Set<string>();

  handle({ orderId, total }: RequestPayment, { commandId }: CommandContext): readonly object[] {
    if (total > MAX_TOTAL && !this.refused.has(commandId)) {
      this.refused.add(commandId);
      throw new CommandRejectedError('Too much', { reason: 'TOO_MUCH' });
    }
    return [Object.assign(new PaymentRequested(), { orderId })];
  }
}
CommandHandler(RequestPayment, { type: 'payment.request', aggregateId: ({ orderId }) => `pay-${orderId}` })(
  FicklePaymentHandler,
);

/** How long a request for a payment waits. */
export const REQUEST_DELAY_MS = 3_600_000;

/** The process manager of orders with everything around it, but for a queue and a store that can be relied on. */
export class ProcessWorld {
  readonly queue: UntrustyQueue;
  readonly manager = defineManager();
  readonly pipelines = new PipelineRegistry([
    pipeline('orders', 'order', [RemindHandler, ShipOrderHandler, CancelOrderHandler], [this.manager]),
    pipeline('payments', 'payment', [FicklePaymentHandler], []),
  ]);
  private readonly projections = new MemoryProjectionStore();
  private readonly fed = new FedComponents(componentRoutes(this.pipelines));
  readonly router = new EventRouter({ current: this.fed });
  private readonly workers: readonly LaneWorker[];

  static async open(course: FaultyStoreCourse, workers: number): Promise<ProcessWorld> {
    const clock = new ManualClock(1_700_000_000_000);
    const context = await createStorageContext({ clock }, [
      Link,
      ...PROCESS_EVENTS,
      ...ORDER_EVENTS,
      ...PAYMENT_EVENTS,
    ]);
    const encoder = new CommandEncoder(await ClassValidatorValidator.create(), 1_000_000);
    return new ProcessWorld(clock, context, new MemoryEventStore(context), encoder, course, workers);
  }

  private constructor(
    readonly clock: ManualClock,
    private readonly context: StorageContext,
    readonly log: MemoryEventStore,
    private readonly encoder: CommandEncoder,
    course: FaultyStoreCourse,
    workers: number,
  ) {
    this.queue = new UntrustyQueue(clock);
    this.workers = Array.from({ length: workers }, () => this.worker(faultyStore(log, course)));
  }

  /** Somebody appends, and stages what follows from it, or dies in between. */
  async append(stream: StreamId, data: object, dies: boolean): Promise<void> {
    const result = await this.log.append(stream, [{ data }]);
    if (dies) return;
    this.queue.stage(this.router.route(result));
    this.strike(result);
  }

  /** Stages what was appended and never staged, and returns how many streams there were. */
  async sweep(): Promise<number> {
    const found = await this.log.undispatched({ olderThanMs: 0, limit: 100 });
    this.queue.stage(found.flatMap((range) => this.router.routeRange(range, this.fed)));
    await this.log.dispatched(found);
    return found.length;
  }

  /** Lets a worker have a lane whose head is due, the nth of them. */
  async deliver(nth: number, worker: number, fault?: 'dies' | 'goes on as a zombie'): Promise<void> {
    const taken = this.queue.take(nth);
    if (!taken) return;
    const { batch, end } = taken;
    const handle = (by: number): ReturnType<LaneWorker['handle']> =>
      this.workers[by % this.workers.length]!.handle(batch);
    // A command that two decide at once may be refused by one and stored by the other, whoever sends it.
    if (fault === 'goes on as a zombie' && batch.lane.kind !== 'command') {
      const zombie = handle(worker + 1).catch(() => undefined);
      end(await handle(worker).catch((error: unknown) => error as Error));
      await zombie;
    } else {
      const outcome = await handle(worker).catch((error: unknown) => error as Error);
      end(fault === 'dies' ? undefined : outcome);
    }
  }

  /** Compares everything with the log, as is done after a loss, and returns what there was to stage. */
  async compare(): Promise<number> {
    const comparisons = createComparisons(this.pipelines, {
      events: this.log,
      projections: this.projections,
      records: new MemoryRecordStore(),
      router: this.router,
      births: { ofProcess: () => 0 } as never,
    });
    let staged = 0;
    for (const comparison of comparisons) {
      for await (const job of comparison.lack()) {
        this.queue.stage([job]);
        staged += 1;
      }
    }
    return staged;
  }

  /** All events of a type of stream, stream by stream. */
  async events(aggregateType: string): Promise<ReadonlyMap<string, readonly RecordedEvent[]>> {
    const streams = new Map<string, RecordedEvent[]>();
    for await (const { aggregateId } of this.log.heads({ aggregateType })) {
      const events: RecordedEvent[] = [];
      for await (const event of this.log.read({ tenantId: acme, aggregateType, aggregateId })) events.push(event);
      streams.set(aggregateId, events);
    }
    return streams;
  }

  private strike({ stream, firstSequence: from, lastSequence: to }: AppendResult): void {
    void this.log.dispatched([{ stream, from, to }]);
  }

  private worker(store: EventStore): LaneWorker {
    const { clock, pipelines, projections } = this;
    const { serializer, ids } = this.context;
    const cache = new FoldCache(1_000_000, clock);
    const log = new ProcessLog(store, cache);
    const inbox = new ProcessInbox(store, serializer, log);
    const parts = { log, inbox, commands: new SentCommands(pipelines.commands, this.encoder, ids), clock };
    const strikes = { strike: (result: AppendResult) => this.strike(result) } as never;
    const births = { refresh: async () => undefined, ofProcess: () => 0 } as never;
    return new LaneWorker(
      pipelines,
      new CommandExecutor(pipelines.commands, store, ids, this.queue, inbox, new CommandMiddlewares(() => [], NEVER)),
      { fold: NEVER, react: NEVER } as never,
      new RouteExecutor({ store, serializer, projections, cache, checkPurity: false }),
      { execute: NEVER } as never,
      new ProcessWork(
        new ProcessExecutor(parts),
        new TimerExecutor(parts),
        new OutboxExecutor(parts),
        births,
        this.router,
        strikes,
      ),
      { tell: NEVER, route: NEVER } as never,
      this.router,
      new EventAnnouncer({ announce: () => undefined }),
      strikes,
      new UnknownCommands(),
    );
  }
}

function defineManager(): ProcessDefinition {
  const methods = processMethods(OrderPayment);
  const name = 'order_payment';
  return {
    name,
    processClass: OrderPayment,
    ...methods,
    route: {
      ...{ component: name, name: `$process:${name}`, version: 1, projectionClass: OrderPayment },
      ...{ types: new Set(methods.events.keys()), sources: ['order', 'payment'], aggregateType: inboxType(name) },
      options: { key: (event) => methods.events.get(event.type)!.key?.(event) ?? event.aggregateId },
    },
    options: { name },
    handler: { name: OrderPayment.name, resolve: () => new OrderPayment() },
  };
}

function pipeline(
  name: string,
  aggregateType: string,
  handlers: readonly (new () => object)[],
  processes: readonly ProcessDefinition[],
): PipelineDefinition {
  const commands = handlers.map((handler): CommandDefinition => {
    const { commandClass, options } = commandHandlerMetadata(handler as EventClass)!;
    const instance = new handler() as never;
    const events = new Set<EventClass>([...ORDER_EVENTS, ...PAYMENT_EVENTS]);
    const delayMs = commandClass === RequestPayment ? REQUEST_DELAY_MS : undefined;
    return {
      ...{ pipeline: name, aggregateType, commandClass, events, options: { ...options, delayMs } },
      handler: { name, resolve: () => instance },
    };
  });
  const none = { events: [], upcasts: [], folds: [], maps: [], reactors: [], subscriptions: [] };
  return { name, aggregateType, ...none, commands, processes };
}
