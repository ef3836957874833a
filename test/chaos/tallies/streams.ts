import type { INestApplicationContext } from '@nestjs/common';
import { EventStore, type RecordedEvent, type TenantId } from '../../../lib/index.js';
import { type Counted, TALLY } from './tallies.js';

/** A stream as the log has it. */
export interface Stream {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly events: readonly RecordedEvent<Counted>[];
}

/** Last sequences of streams, by `nameOf()`. */
export type Heads = ReadonlyMap<string, number>;

export async function readStreams(app: INestApplicationContext): Promise<readonly Stream[]> {
  const streams = new Map<string, RecordedEvent<Counted>[]>();
  for await (const event of app.get(EventStore).scan({ aggregateType: TALLY })) {
    const name = nameOf(event.tenantId, event.aggregateId);
    const events = streams.get(name) ?? [];
    events.push(event as RecordedEvent<Counted>);
    streams.set(name, events);
  }
  return [...streams.values()].map((events) => {
    const { tenantId, aggregateId: id } = events[0]!;
    return { tenantId, id, events };
  });
}

export async function readHeads(app: INestApplicationContext): Promise<Heads> {
  const heads = new Map<string, number>();
  for await (const { tenantId, aggregateId, sequence } of app.get(EventStore).heads({ aggregateType: TALLY })) {
    heads.set(nameOf(tenantId, aggregateId), sequence);
  }
  return heads;
}

export function nameOf(tenantId: string, id: string): string {
  return `${tenantId}/${id}`;
}

export function sourceName(tenantId: string, id: string, sequence: number): string {
  return `${nameOf(tenantId, id)} #${sequence}`;
}
