import { describe, expect, it } from 'vitest';
import { DomainEvent } from '../../../lib/events/domain-event.decorator.js';
import type { EventId } from '../../../lib/events/event-id.js';
import { EventSerializer } from '../../../lib/events/event-serializer.js';
import { EventTypeRegistry } from '../../../lib/events/event-type-registry.js';
import type { EventData, EventUpcaster } from '../../../lib/events/event-upcaster.js';
import { NewerEventVersionError } from '../../../lib/events/newer-event-version.error.js';
import type { StoredEvent } from '../../../lib/events/stored-event.js';
import { UndecodableEventError } from '../../../lib/events/undecodable-event.error.js';
import type { UpcastStep } from '../../../lib/events/upcast-step.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';

@DomainEvent('test.named', { version: 4 })
class Named {
  first!: string;
  last!: string;
  shout(): string {
    return this.last.toUpperCase();
  }
}

const step = (from: number, to: number, upcast: (data: EventData) => EventData | Promise<EventData>): UpcastStep => ({
  type: 'test.named',
  from,
  to,
  handler: { name: `From${from}`, resolve: () => ({ upcast }) as EventUpcaster },
});

const CHAIN = [
  step(1, 2, ({ n }) => ({ name: n! })),
  step(2, 4, ({ name }) => ({ first: String(name).split(' ')[0]!, last: String(name).split(' ')[1]! })),
  step(3, 4, (data) => ({ ...data, last: 'of version 3' })),
];

function read(version: number, data: object, steps = CHAIN): ReturnType<EventSerializer['deserialize']> {
  const serializer = new EventSerializer(new EventTypeRegistry([Named], steps), { problems: () => [] });
  const row: StoredEvent = {
    id: 'e' as EventId,
    tenantId: createTenantId('acme'),
    aggregateType: 'person',
    aggregateId: 'p1',
    sequence: 7,
    type: 'test.named',
    version,
    payload: JSON.stringify(data),
    tags: [],
    metadata: {},
    occurredAt: 0,
    recordedAt: 0,
  };
  return serializer.deserialize(row);
}

describe('upcasting', () => {
  it.each([
    [1, { n: 'Ada Lovelace' }, 'LOVELACE'],
    [2, { name: 'Ada Lovelace' }, 'LOVELACE'],
    [3, { first: 'Ada' }, 'OF VERSION 3'],
    [4, { first: 'Ada', last: 'Lovelace' }, 'LOVELACE'],
  ])('brings version %i to the newest shape, step by step', (version, data, last) => {
    const event = read(version, data);
    expect(event.version).toBe(4);
    expect(event.data).toBeInstanceOf(Named);
    expect((event.data as Named).shout()).toBe(last);
  });

  it('names the row when a step is missing, fails, or gives no object', () => {
    const bad: UpcastStep[][] = [
      [],
      [
        step(1, 4, () => {
          throw new Error('bug');
        }),
      ],
      [step(1, 4, () => null as unknown as EventData)],
      [step(1, 4, () => [] as unknown as EventData)],
      [step(1, 4, async (data) => data)],
      [
        {
          ...step(1, 4, (data) => data),
          handler: { name: 'Scoped', resolve: async () => ({ upcast: (data: EventData) => data }) },
        },
      ],
    ];
    for (const steps of bad) {
      expect(() => read(1, { n: 'x' }, steps)).toThrow(UndecodableEventError);
      expect(() => read(1, { n: 'x' }, steps)).toThrow(/Event 7 .*person\/p1, tenant acme/);
    }
  });

  it('waits for the release that knows a later version', () => {
    expect(() => read(5, {})).toThrow(NewerEventVersionError);
    expect(() => read(5, {})).toThrow(/version 5, and this process knows version 4 at most/);
  });
});
