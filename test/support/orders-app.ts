import { Module, type Provider, type Type } from '@nestjs/common';
import { Command, CqrsModule } from '@nestjs/cqrs';
import { IsInt, IsString } from 'class-validator';
import {
  type AggregateCommandHandler,
  CommandHandler,
  type CommandReceipt,
  type CommandRejection,
  CommandRejectedError,
  DomainEvent,
  EventSourcingModule,
  type EventSourcingModuleOptions,
  On,
  OnRejection,
  OnWakeUp,
  type ProcessContext,
  type ProcessHandler,
  ProcessManager,
  type RecordedEvent,
  type StreamId,
  type WakeUp,
} from '../../lib/index.js';
import { acme } from './counter-app.js';

export const DAY_MS = 86_400_000;

@DomainEvent('order.placed')
export class OrderPlaced {
  @IsInt() total!: number;
  static of(total: number): OrderPlaced {
    return Object.assign(new OrderPlaced(), { total });
  }
}

@DomainEvent('order.reminded')
export class Reminded {
  @IsInt() nth!: number;
}

@DomainEvent('order.shipped')
export class OrderShipped {}

@DomainEvent('order.cancelled')
export class OrderCancelled {
  @IsString() reason!: string;
}

@DomainEvent('payment.requested')
export class PaymentRequested {
  @IsString() orderId!: string;
}

@DomainEvent('payment.received')
export class PaymentReceived {
  @IsString() orderId!: string;
  static of(orderId: string): PaymentReceived {
    return Object.assign(new PaymentReceived(), { orderId });
  }
}

export class RequestPayment extends Command<CommandReceipt> {
  @IsString() orderId!: string;
  @IsInt() total!: number;
  static of(orderId: string, total: number): RequestPayment {
    return Object.assign(new RequestPayment(), { orderId, total });
  }
}

export class Remind extends Command<CommandReceipt> {
  @IsString() orderId!: string;
  @IsInt() nth!: number;
  static of(orderId: string, nth: number): Remind {
    return Object.assign(new Remind(), { orderId, nth });
  }
}

export class ShipOrder extends Command<CommandReceipt> {
  @IsString() orderId!: string;
  static of(orderId: string): ShipOrder {
    return Object.assign(new ShipOrder(), { orderId });
  }
}

export class CancelOrder extends Command<CommandReceipt> {
  @IsString() orderId!: string;
  @IsString() reason!: string;
  static of(orderId: string, reason: string): CancelOrder {
    return Object.assign(new CancelOrder(), { orderId, reason });
  }
}

/** The most that anybody is asked to pay. */
export const MAX_TOTAL = 1_000;

@CommandHandler(RequestPayment, { type: 'payment.request', aggregateId: ({ orderId }) => `pay-${orderId}` })
export class RequestPaymentHandler implements AggregateCommandHandler<RequestPayment> {
  handle({ orderId, total }: RequestPayment): readonly object[] {
    if (total > MAX_TOTAL) throw new CommandRejectedError('Too much', { reason: 'TOO_MUCH', details: { MAX_TOTAL } });
    return [Object.assign(new PaymentRequested(), { orderId })];
  }
}

@CommandHandler(Remind, { type: 'order.remind', aggregateId: ({ orderId }) => orderId })
export class RemindHandler implements AggregateCommandHandler<Remind> {
  handle({ nth }: Remind): readonly object[] {
    return [Object.assign(new Reminded(), { nth })];
  }
}

@CommandHandler(ShipOrder, { type: 'order.ship', aggregateId: ({ orderId }) => orderId })
export class ShipOrderHandler implements AggregateCommandHandler<ShipOrder> {
  handle(): readonly object[] {
    return [new OrderShipped()];
  }
}

@CommandHandler(CancelOrder, { type: 'order.cancel', aggregateId: ({ orderId }) => orderId })
export class CancelOrderHandler implements AggregateCommandHandler<CancelOrder> {
  handle({ reason }: CancelOrder): readonly object[] {
    return [Object.assign(new OrderCancelled(), { reason })];
  }
}

export interface Collecting {
  total: number;
  reminders: number;
}

/** Asks for a payment, reminds of it every day, ships when it comes, and gives up after 30 days. */
@ProcessManager({ name: 'order_payment' })
export class OrderPayment implements ProcessHandler<Collecting> {
  initialState(): Collecting {
    return { total: 0, reminders: 0 };
  }

  @On(OrderPlaced)
  placed(state: Collecting, { data }: RecordedEvent<OrderPlaced>, context: ProcessContext): Collecting {
    context.send(RequestPayment.of(context.processId, data.total));
    context.schedule('remind', { afterMs: DAY_MS });
    context.schedule('give-up', { afterMs: 30 * DAY_MS });
    return { ...state, total: data.total };
  }

  @On(PaymentReceived, { key: ({ data }) => data.orderId, starts: false })
  paid(_state: Collecting, _event: RecordedEvent<PaymentReceived>, context: ProcessContext): null {
    context.send(ShipOrder.of(context.processId));
    return null;
  }

  @OnWakeUp('remind')
  remind(state: Collecting, _wakeUp: WakeUp, context: ProcessContext): Collecting {
    const reminders = state.reminders + 1;
    context.send(Remind.of(context.processId, reminders));
    context.schedule('remind', { afterMs: DAY_MS });
    return { ...state, reminders };
  }

  @OnWakeUp('give-up')
  giveUp(_state: Collecting, _wakeUp: WakeUp, context: ProcessContext): null {
    context.send(CancelOrder.of(context.processId, 'unpaid'));
    return null;
  }

  @OnRejection(RequestPayment)
  refused(_state: Collecting, { reason, command }: CommandRejection<RequestPayment>, context: ProcessContext): null {
    context.send(CancelOrder.of(command.orderId, reason));
    return null;
  }
}

export const ORDER_HANDLERS: readonly Type[] = [RemindHandler, ShipOrderHandler, CancelOrderHandler];

/** Orders in one module, payments in another, and process managers in a third that has no pipeline. */
export function ordersApp(options: EventSourcingModuleOptions = {}, managers: Provider[] = [OrderPayment]): Type {
  @Module({
    imports: [
      EventSourcingModule.forFeature({
        pipeline: 'orders',
        aggregateType: 'order',
        events: [OrderPlaced, Reminded, OrderShipped, OrderCancelled],
      }),
    ],
    providers: [...ORDER_HANDLERS],
  })
  class OrdersModule {}
  @Module({
    imports: [
      EventSourcingModule.forFeature({
        pipeline: 'payments',
        aggregateType: 'payment',
        events: [PaymentRequested, PaymentReceived],
      }),
    ],
    providers: [RequestPaymentHandler],
  })
  class PaymentsModule {}
  @Module({ providers: managers })
  class ManagersModule {}
  @Module({
    imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot(options), OrdersModule, PaymentsModule, ManagersModule],
  })
  class AppModule {}
  return AppModule;
}

export const orderStream = (id: string): StreamId => ({ tenantId: acme, aggregateType: 'order', aggregateId: id });
export const paymentStream = (id: string): StreamId => ({ tenantId: acme, aggregateType: 'payment', aggregateId: id });
