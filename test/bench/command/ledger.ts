import { Aggregate, Apply, DomainEvent, EventSourcedAggregate } from '../../../lib/index.js';

@DomainEvent('bench.booked')
export class Booked {
  readonly amount!: number;
  readonly note!: string;

  /** About 200 bytes of JSON. */
  static of(amount: number): Booked {
    return Object.assign(new Booked(), { amount, note: 'x'.repeat(170) });
  }
}

/** How many bookings go by until a snapshot is kept. */
export const SNAPSHOT_EVERY = 100;

@Aggregate({ type: 'ledger' })
export class Ledger extends EventSourcedAggregate {
  bookings = 0;
  balance = 0;

  @Apply(Booked)
  protected booked({ amount }: Booked): void {
    this.bookings += 1;
    this.balance += amount;
  }
}

/** The same, with snapshots. */
@Aggregate({ type: 'ledger', snapshot: { every: SNAPSHOT_EVERY } })
export class SnapshotLedger extends EventSourcedAggregate {
  bookings = 0;
  balance = 0;

  @Apply(Booked)
  protected booked({ amount }: Booked): void {
    this.bookings += 1;
    this.balance += amount;
  }
}
