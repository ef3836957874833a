import { IsString } from 'class-validator';
import {
  Apply,
  DomainEvent,
  FoldProjection,
  type FoldHandler,
  MapProjection,
  type MapHandler,
  Reactor,
  type ReactorContext,
  type ReactorHandler,
  type RecordedEvent,
} from '../../lib/index.js';
import { Added, Seen } from './counter-app.js';

/** What the next release of the application of counters has in the place of `Totals` and `Additions`. */

export interface NextTotal {
  readonly total: number;
  readonly largest: number;
}

@FoldProjection({ name: 'totals', version: 2 })
export class NextTotals implements FoldHandler<NextTotal> {
  init(): NextTotal {
    return { total: 0, largest: 0 };
  }

  @Apply(Added)
  added({ total, largest }: NextTotal, { data: { amount } }: RecordedEvent<Added>): NextTotal {
    return { total: total + amount, largest: Math.max(largest, amount) };
  }
}

export interface Parity {
  readonly total: number;
  readonly events: number;
}

/** Counts over all counters. */
@FoldProjection({
  name: 'parities',
  events: [Added],
  key: ({ data }: RecordedEvent<Added>) => (data.amount % 2 === 0 ? 'even' : 'odd'),
})
export class Parities implements FoldHandler<Parity> {
  init(): Parity {
    return { total: 0, events: 0 };
  }

  @Apply(Added)
  added({ total, events }: Parity, { data: { amount } }: RecordedEvent<Added>): Parity {
    return { total: total + amount, events: events + 1 };
  }
}

@Reactor({ name: 'notify_next', fold: NextTotals, events: [Added] })
export class NotifyNext implements ReactorHandler<NextTotal, Added> {
  constructor(private readonly seen: Seen) {}

  handle({ sequence }: RecordedEvent<Added>, { state, foldSequence }: ReactorContext<NextTotal>): void {
    this.seen.reactions.push({ sequence, total: state?.total ?? null, foldSequence });
  }
}

/** Both releases append it, and no projection of the first one lists it. */
@DomainEvent('counter.renamed')
export class Renamed {
  @IsString() name!: string;
  static of(name: string): Renamed {
    return Object.assign(new Renamed(), { name });
  }
}

@MapProjection({ name: 'names', events: [Renamed] })
export class Names implements MapHandler<Renamed, { name: string }> {
  map({ data: { name } }: RecordedEvent<Renamed>): { name: string } {
    return { name };
  }
}
