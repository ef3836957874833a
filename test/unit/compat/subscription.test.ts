import { expect, test } from 'vitest';
import { Announcements } from '../../../lib/announcements/announcements.js';
import { Subscription } from '../../../lib/compat/subscription.js';
import type { EventStore } from '../../../lib/event-store/event-store.js';
import type { RecordedEvent } from '../../../lib/events/recorded-event.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { gate } from '../../support/gate.js';

const STREAM = { tenantId: createTenantId('t'), aggregateType: 'a', aggregateId: 'a' };

test('an event that is stored while the stream is looked at has been given when it is woken for it', async () => {
  const looked = gate();
  let stored = 0;
  let looks = 0;
  const log = {
    async *read(_: unknown, { from }: { from: number }) {
      const seen = stored;
      looks += 1;
      if (looks === 1) await looked.opened;
      for (let sequence = from; sequence <= seen; sequence += 1) yield { sequence } as RecordedEvent;
    },
  } as unknown as EventStore;
  const given: number[] = [];
  const handle = async (events: readonly { sequenceNumber: number }[]): Promise<void> => {
    given.push(...events.map(({ sequenceNumber }) => sequenceNumber));
  };
  const subscription = new Subscription(log, STREAM, 0, handle, { announcements: new Announcements(), pollMs: 60_000 });
  const polled = subscription.wake();
  stored = 1;
  const woken = subscription.wake().then(() => [...given]);
  looked.open();
  expect(await woken).toEqual([1]);
  await polled;
  await subscription.end();
});
