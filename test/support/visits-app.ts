import type { Type } from '@nestjs/common';
import {
  type FoldContext,
  type FoldHandler,
  FoldProjection,
  type MapHandler,
  MapProjection,
  PermanentError,
  Reactor,
  type RecordedEvent,
} from '../../lib/index.js';
import { Added } from './counter-app.js';

export interface Visits {
  readonly release: number;
  readonly events: number;
  readonly total: number;
}

/** No fold of the second release takes it. */
export const FATAL_AMOUNT = 13;

/** One release of a projection of counters, its map, and a reactor that notes what it is told. */
export interface VisitsRelease {
  readonly fold: Type<FoldHandler<Visits>>;
  readonly map: Type<MapHandler<Added, { release: number; amount: number }>>;
  readonly providers: Type[];
}

/** @param told `aggregate#sequence` of each reaction */
export function visits(release: number, told: string[] = []): VisitsRelease {
  @FoldProjection({ name: 'visits', version: release, events: [Added] })
  class VisitsFold implements FoldHandler<Visits> {
    init(): Visits {
      return { release, events: 0, total: 0 };
    }
    apply({ events, total }: Visits, { data, aggregateId }: RecordedEvent, { foldId }: FoldContext): Visits {
      const { amount } = data as Added;
      if (foldId !== aggregateId) throw new PermanentError(`told to be ${foldId}`);
      if (release > 1 && amount === FATAL_AMOUNT) throw new PermanentError('unlucky');
      return { release, events: events + 1, total: total + amount };
    }
  }
  @MapProjection({ name: 'visit_records', version: release, events: [Added] })
  class VisitRecords implements MapHandler<Added, { release: number; amount: number }> {
    map({ data: { amount } }: RecordedEvent<Added>): { release: number; amount: number } {
      return { release, amount };
    }
  }
  @Reactor({ name: 'tell_visits', fold: VisitsFold })
  class TellVisits {
    handle({ aggregateId, sequence }: RecordedEvent): void {
      told.push(`${aggregateId}#${sequence}`);
    }
  }
  return { fold: VisitsFold, map: VisitRecords, providers: [VisitsFold, VisitRecords, TellVisits] };
}
