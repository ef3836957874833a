import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../lib/events/recorded-event.js';
import type { ReactorTiming } from '../../../lib/reactors/reactor-timing.js';
import type { ReactorDefinition } from '../../../lib/reactors/reactor-definition.js';
import { reactorJobs } from '../../../lib/reactors/reactor-jobs.js';
import type { Lane } from '../../../lib/queue/lane.js';
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

const reactor = (name: string, timing: ReactorTiming = {}, types = ['x']): ReactorDefinition =>
  ({ name, types: new Set(types), options: { name, ...timing } }) as unknown as ReactorDefinition;

const row: Lane = { tenantId: event.tenantId, kind: 'fold', component: 'f@1', aggregateType: 't', id: 'a' };
const inputs = [{ sequence: 3, event }];

const jobs = (timing: ReactorTiming = {}, types = ['x']) => reactorJobs([reactor('r', timing, types)], row, inputs);

describe('reactorJobs', () => {
  it('keeps the order of the aggregate without a timing, and passes over events it does not list', () => {
    expect(jobs()).toEqual([
      {
        lane: { tenantId: 'acme', kind: 'reactor', component: 'r', aggregateType: 't', id: 'a' },
        job: {
          kind: 'reactor',
          aggregateId: 'a',
          sequence: 3,
          event: expect.objectContaining({ payload: '{"n":1}', occurredAt: 1, recordedAt: 2 }),
        },
      },
    ]);
    expect(jobs({}, ['y'])).toEqual([]);
  });

  it.each<[string, unknown, number]>([
    ['says no', () => false, 0],
    ['says yes', () => true, 1],
    ['does not say', () => undefined, 1],
    ['promises to say', async () => false, 1],
    [
      'throws',
      () => {
        throw new Error('bug');
      },
      1,
    ],
  ])('stages nothing where a filter says so, and rather too much than too little: one that %s', (_, when, expected) => {
    const filtered = { ...reactor('r'), options: { name: 'r', when } } as unknown as ReactorDefinition;
    expect(reactorJobs([filtered], row, inputs)).toHaveLength(expected);
    expect(reactorJobs([{ ...filtered, types: new Set(['y']) }], row, inputs)).toEqual([]);
  });

  it('shares an event between the jobs that it gives', () => {
    const [one, two, ...others] = reactorJobs(
      [reactor('one'), reactor('none', {}, ['y']), reactor('two')],
      row,
      inputs,
    );
    expect([one!.lane.component, two!.lane.component, others]).toEqual(['one', 'two', []]);
    expect(one!.job).toBe(two!.job);
  });

  it('keeps the order of the aggregate of delayed reactions', () => {
    expect(jobs({ delayMs: 0 })).toMatchObject([{ lane: { id: 'a' }, delayMs: 0 }]);
  });

  it.each<[string, ReactorTiming, object]>([
    [
      'debounce',
      { debounce: { key: () => 'k', delayMs: 50 } },
      { debounce: { delayMs: 50, maxWaitMs: 500, source: 'a', rank: 3 } },
    ],
    [
      'a long debounce',
      { debounce: { key: () => 'k', delayMs: 2_147_483_647 } },
      { debounce: { delayMs: 2_147_483_647, maxWaitMs: 2_147_483_647, source: 'a', rank: 3 } },
    ],
    ['throttle', { throttle: { key: () => 'k', everyMs: 50 } }, { throttle: { everyMs: 50, source: 'a', rank: 3 } }],
    ['dedupe', { dedupe: { key: () => 'k', forMs: 50 } }, { dedupe: { forMs: 50 } }],
  ])('takes the lane from the key, so that twins meet: %s', (_, timing, expected) => {
    const [{ lane, job, ...found } = { lane: undefined, job: undefined }] = jobs(timing);
    expect(lane).toMatchObject({ id: 'k' });
    expect(job).toMatchObject({ aggregateId: 'a', sequence: 3 });
    expect(found).toEqual(expected);
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
    for (const timing of [
      { debounce: { key, delayMs: 50 } },
      { throttle: { key, everyMs: 50 } },
      { dedupe: { key, forMs: 50 } },
    ]) {
      expect(jobs(timing)).toEqual(jobs());
    }
  });
});
