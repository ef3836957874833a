import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../lib/events/recorded-event.js';
import type { DebounceOptions } from '../../../lib/reactors/reactor.decorator.js';
import type { ReactorDefinition } from '../../../lib/reactors/reactor-definition.js';
import { reactorJobs } from '../../../lib/reactors/reactor-jobs.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';

const event = {
  id: 'e1',
  tenantId: createTenantId('acme'),
  aggregateType: 't',
  aggregateId: 'a',
  sequence: 3,
  type: 'x',
  version: 1,
  data: { n: 1 },
  metadata: {},
  occurredAt: new Date(1),
  recordedAt: new Date(2),
} as unknown as RecordedEvent;

const jobs = (debounce?: DebounceOptions, types = ['x']) =>
  reactorJobs({ name: 'r', types: new Set(types), options: { name: 'r', debounce } } as unknown as ReactorDefinition, [
    event,
  ]);

describe('reactorJobs', () => {
  it('keeps the order of the aggregate without debounce, and passes over events it does not list', () => {
    expect(jobs()).toMatchObject([
      {
        lane: { kind: 'reactor', component: 'r', id: 'a' },
        job: { event: { payload: '{"n":1}', occurredAt: 1, recordedAt: 2 } },
      },
    ]);
    expect(jobs()[0]!.debounce).toBeUndefined();
    expect(jobs(undefined, ['y'])).toEqual([]);
  });

  it('takes the lane from the debounce key, so that twins meet', () => {
    expect(jobs({ key: () => 'k', delayMs: 50 })).toMatchObject([
      { lane: { id: 'k' }, debounce: { delayMs: 50, maxWaitMs: 500, source: 'a', rank: 3 } },
    ]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('bug');
      },
    ],
    ['gives no legal key', () => undefined as unknown as string],
  ])('reacts on its own rather than not at all when the key function %s', (_, key) => {
    expect(jobs({ key, delayMs: 50 })).toMatchObject([{ lane: { id: 'a' } }]);
    expect(jobs({ key, delayMs: 50 })[0]!.debounce).toBeUndefined();
  });
});
