import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import {
  Apply,
  EventSubscription,
  FoldProjection,
  type FoldHandler,
  Reactor,
  type RecordedEvent,
} from '../../../lib/index.js';
import { Rang } from '../../support/alarms-app.js';

const REACTED = 'reacted';
const TOLD = 'told';

/** How often each alarm rang. */
@FoldProjection({ name: 'rings' })
export class Rings implements FoldHandler<{ rings: number }> {
  init(): { rings: number } {
    return { rings: 0 };
  }

  @Apply(Rang)
  rang({ rings }: { rings: number }): { rings: number } {
    return { rings: rings + 1 };
  }
}

/** A fold, a durable reactor and a subscription; the last two write down what they are told. @param journals directory */
export function alarmListeners(journals: string): readonly Type[] {
  // Each line is one write, which a kill cuts nowhere.
  const note = (file: string, { aggregateId, data }: RecordedEvent): void => {
    appendFileSync(join(journals, file), `${aggregateId}#${(data as Rang).nth}\n`);
  };

  @Reactor({ name: 'neighbours', fold: Rings, events: [Rang], durable: true })
  class Neighbours {
    handle(event: RecordedEvent): void {
      note(REACTED, event);
    }
  }
  @EventSubscription({ name: 'house', query: { events: [Rang] }, from: 'beginning' })
  class House {
    handle(events: readonly RecordedEvent[]): void {
      for (const event of events) note(TOLD, event);
    }
  }
  return [Rings, Neighbours, House];
}

/** What was written down, `<alarm>#<nth>`, each once. */
export function readListeners(journals: string): readonly (readonly [string, readonly string[]])[] {
  return [REACTED, TOLD].map((file) => {
    const text = readFileSync(join(journals, file), { encoding: 'utf8', flag: 'a+' });
    return [file, [...new Set(text.split('\n').filter(Boolean))].toSorted()];
  });
}
