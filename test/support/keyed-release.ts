import type { Type } from '@nestjs/common';
import { type FoldHandler, FoldProjection, Reactor, type RecordedEvent } from '../../lib/index.js';
import { Added } from './counter-app.js';

/** One release of a fold over all counters, and of a durable reactor on it. @param told `aggregate#sequence` of each reaction */
export function keyed(release: number, told: string[]) {
  @FoldProjection({ name: 'keyed', version: release, events: [Added], key: () => 'all' })
  class Keyed implements FoldHandler<{ readonly total: number }> {
    init(): { readonly total: number } {
      return { total: 0 };
    }
    apply({ total }: { readonly total: number }, { data }: RecordedEvent): { readonly total: number } {
      return { total: total + (data as Added).amount };
    }
  }
  @Reactor({ name: 'tell_keyed', fold: Keyed, durable: true })
  class TellKeyed {
    handle({ aggregateId, sequence }: RecordedEvent): void {
      told.push(`${aggregateId}#${sequence}`);
    }
  }
  const providers: Type[] = [Keyed, TellKeyed];
  return { fold: Keyed, providers };
}
