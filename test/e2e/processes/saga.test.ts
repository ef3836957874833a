import { Injectable } from '@nestjs/common';
import { type ICommand, ofType, Saga } from '@nestjs/cqrs';
import { delay, map, type Observable } from 'rxjs';
import { expect, it } from 'vitest';
import { EventStore } from '../../../lib/index.js';
import { start } from '../../support/apps.js';
import { collect } from '../../support/collect.js';
import { acme } from '../../support/counter-app.js';
import { eventually } from '../../support/eventually.js';
import {
  OrderPlaced,
  ordersApp,
  orderStream,
  PaymentRequested,
  paymentStream,
  RequestPayment,
  ShipOrder,
} from '../../support/orders-app.js';

/** A saga is told the event alone, so what it needs must stand there. */
@Injectable()
class OrderSagas {
  @Saga()
  ask = (events$: Observable<object>): Observable<ICommand> =>
    events$.pipe(
      ofType(OrderPlaced),
      map(({ total }) => RequestPayment.of(`o${total}`, total)),
    );

  /** Out of the context of the event, so that the command names its tenant. */
  @Saga()
  ship = (events$: Observable<object>): Observable<ICommand> =>
    events$.pipe(
      ofType(PaymentRequested),
      delay(1),
      map(({ orderId }) => Object.assign(ShipOrder.of(orderId), { tenantId: acme })),
    );
}

it('@Saga() of @nestjs/cqrs sends commands of this package, at once and later', async () => {
  const app = await start(ordersApp({}, [OrderSagas]));
  await app.get(EventStore).append(orderStream('o7'), [{ data: OrderPlaced.of(7) }]);
  await eventually(async () => {
    const shipped = await collect(app.get(EventStore).read(orderStream('o7')));
    expect(shipped.map(({ type }) => type)).toEqual(['order.placed', 'order.shipped']);
  });
  const [requested, ...others] = await collect(app.get(EventStore).read(paymentStream('pay-o7')));
  expect([requested!.data, others]).toEqual([{ orderId: 'o7' }, []]);
});
