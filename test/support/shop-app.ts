import { Injectable, Module, type Provider, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { IsArray, IsInt, IsString } from 'class-validator';
import {
  Apply,
  DomainEvent,
  EventSourcingModule,
  type EventSourcingModuleOptions,
  type FoldContext,
  type FoldHandler,
  FoldProjection,
  PermanentError,
  Reactor,
  type ReactorContext,
  type ReactorHandler,
  type RecordedEvent,
} from '../../lib/index.js';
import { acme } from './counter-app.js';

@DomainEvent('shop.sold')
export class Sold {
  @IsString() customer!: string;
  @IsInt() amount!: number;
  static to(customer: string, amount: number): Sold {
    return Object.assign(new Sold(), { customer, amount });
  }
}

@DomainEvent('shop.visited')
export class Visited {
  @IsArray() customers!: string[];
  static by(...customers: string[]): Visited {
    return Object.assign(new Visited(), { customers });
  }
}

export interface Revenue {
  amount: number;
  /** Of the orders, in the order in which they counted. */
  orders: string[];
}

/** Orders by customer: of one pipeline, and keyed. */
@FoldProjection({ name: 'revenue', key: ({ data }) => data.customer, events: [Sold] })
export class RevenueByCustomer implements FoldHandler<Revenue> {
  init(): Revenue {
    return { amount: 0, orders: [] };
  }

  @Apply(Sold)
  sold({ amount, orders }: Revenue, { data, aggregateId }: RecordedEvent<Sold>): Revenue {
    return { amount: amount + data.amount, orders: [...orders, aggregateId] };
  }
}

export interface Activity {
  sold: number;
  visits: number;
}

/** What both pipelines have of a customer. */
@FoldProjection({
  name: 'activity',
  pipeline: 'all',
  events: [Sold, Visited],
  key: ({ data }) => (data instanceof Sold ? data.customer : data.customers),
})
export class ActivityByCustomer implements FoldHandler<Activity> {
  init(): Activity {
    return { sold: 0, visits: 0 };
  }

  @Apply(Sold)
  sold({ sold, visits }: Activity, { data }: RecordedEvent<Sold>): Activity {
    return { sold: sold + data.amount, visits };
  }

  @Apply(Visited)
  visited({ sold, visits }: Activity, { data }: RecordedEvent<Visited>, { foldId }: FoldContext): Activity {
    if (!data.customers.includes(foldId)) throw new PermanentError(`told to be ${foldId}`);
    return { sold, visits: visits + 1 };
  }
}

@Injectable()
export class Greeted {
  readonly greetings: { readonly event: RecordedEvent; readonly context: ReactorContext<Activity> }[] = [];
}

@Reactor({ name: 'greet', fold: ActivityByCustomer })
export class Greet implements ReactorHandler<Activity> {
  constructor(private readonly greeted: Greeted) {}

  handle(event: RecordedEvent, context: ReactorContext<Activity>): void {
    this.greeted.greetings.push({ event, context });
  }
}

export const order = (aggregateId: string, tenantId = acme) => ({ tenantId, aggregateType: 'order', aggregateId });
export const visit = (aggregateId: string, tenantId = acme) => ({ tenantId, aggregateType: 'visit', aggregateId });

export interface ShopParts {
  /** Of the pipeline of orders. @default the revenue by customer */
  readonly sales?: readonly Provider[];
  /** Of a module without a pipeline. @default the activity by customer, with its reactor */
  readonly global?: readonly Provider[];
}

/** An application with two pipelines, and a module with what goes over both. */
export function shopApp(
  options: EventSourcingModuleOptions = {},
  { sales = [RevenueByCustomer], global = [ActivityByCustomer, Greet, Greeted] }: ShopParts = {},
): Type {
  @Module({
    imports: [EventSourcingModule.forFeature({ pipeline: 'sales', aggregateType: 'order', events: [Sold] })],
    providers: [...sales],
  })
  class SalesModule {}

  @Module({
    imports: [EventSourcingModule.forFeature({ pipeline: 'visits', aggregateType: 'visit', events: [Visited] })],
  })
  class VisitsModule {}

  @Module({ providers: [...global] })
  class ActivityModule {}

  @Module({
    imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot(options), SalesModule, VisitsModule, ActivityModule],
  })
  class AppModule {}
  return AppModule;
}
