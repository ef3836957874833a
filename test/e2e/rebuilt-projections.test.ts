import { Injectable } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import {
  definePipeline,
  EventForwarder,
  EventSourcing,
  type EventStream,
  type ForwardedEvent,
  type ForwardTarget,
  type ProjectionHandler,
  type ProjectionSettings,
} from '../../lib/compat.js';
import { createTenantId, GroupQueue, type RecordedEvent, type TenantId } from '../../lib/index.js';
import { createForTesting, TestClock, type TestingApplication } from '../../lib/testing.js';
import { eventually } from '../support/eventually.js';
import { survivingMemory } from '../support/memories.js';
import { SpanFailed, SpanRecorded } from '../support/span-pipeline.js';

type Spans = EventStream<TenantId, RecordedEvent<SpanRecorded>>;

const tenantId = createTenantId('acme');
const context = { tenantId };
const streamOf = (aggregateId: string) => ({ tenantId, aggregateType: 'span', aggregateId });
const spans = (...ids: readonly string[]) => ids.map((id) => ({ data: SpanRecorded.of(id, 1) }));
const listOf = (stream: Spans): string =>
  stream
    .getEvents()
    .map(({ data }) => data.spanId)
    .join('');

let es: TestingApplication | undefined;
afterEach(async () => es?.close());

const bare = () => definePipeline().withName('spans').withAggregateType('span').withEvents(SpanRecorded, SpanFailed);

/** A pipeline with one projection, made as `make` says. */
async function boot(
  make: (stream: Spans) => unknown,
  settings: ProjectionSettings<SpanRecorded | SpanFailed> = {},
  eventStore = survivingMemory(),
) {
  @Injectable()
  class Handler implements ProjectionHandler<SpanRecorded, unknown> {
    handle(stream: Spans): unknown {
      return make(stream);
    }
  }
  const pipeline = bare()
    .withProjection('list', Handler, { maxAttempts: 1, ...settings })
    .build();
  const registered = new EventSourcing().register(pipeline);
  es = await createForTesting({ imports: [registered.module], eventStore, logger: false });
  return registered.service;
}

describe('a projection that is made anew of all events', () => {
  it('orders them as it is told', async () => {
    const at = (id: string, time: number) => ({ data: SpanRecorded.of(id, 1), occurredAt: new Date(time) });
    const events = [at('b', 2), at('c', 3), at('a', 1)];
    for (const [ordering, expected] of [
      [undefined, 'abc'],
      ['as-is', 'bca'],
      [(one: RecordedEvent, other: RecordedEvent) => other.sequence - one.sequence, 'acb'],
    ] as const) {
      const service = await boot(listOf, { ordering });
      await es!.eventStore.append(streamOf('t'), events);
      await es!.settled();
      expect(await service.getProjectionByName('list', 't', context)).toBe(expected);
      await es!.close();
    }
  });

  it('is made once of events that come together, and not of those that it does not take', async () => {
    const made: string[] = [];
    const service = await boot(
      (stream) => {
        made.push(listOf(stream));
        return made.at(-1);
      },
      { eventTypes: ['span_ingestion.recorded'] },
    );
    await es!.eventStore.append(streamOf('t'), [...spans('a', 'b', 'c'), { data: SpanFailed.of('a') }]);
    await es!.settled();
    expect(made).toEqual(['abc']);
    expect(await service.getProjectionByName('list', 't', context)).toBe('abc');
    expect(made).toEqual(['abc']);
  });

  it('leaves nothing of an old version behind once that is retired', async () => {
    const eventStore = survivingMemory();
    const first = await boot((stream) => `one ${listOf(stream)}`, {}, eventStore);
    await es!.eventStore.append(streamOf('t'), spans('a'));
    await es!.settled();
    await expect(first.retireProjection('list', 1)).rejects.toMatchObject({ code: 'VERSION_IN_USE' });
    await es!.close();
    const second = await boot((stream) => `two ${listOf(stream)}`, { version: 2 }, eventStore);
    expect(await second.getProjectionByName('list', 't', context)).toBe('two a');
    expect(await second.retireProjection('list', 1)).toBe(1);
    expect(await second.retireProjection('list', 1)).toBe(0);
    expect(await second.retireProjection('gone', 1)).toBe(0);
    await expect(second.retireProjection('list', 2)).rejects.toMatchObject({ code: 'VERSION_IN_USE' });
    for (const version of [0, 1.5]) {
      await expect(second.retireProjection('list', version)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    expect(await second.getProjectionByName('list', 't', context)).toBe('two a');
  });

  it('is never set back by one that was made before it', async () => {
    let isHeld = false;
    const held: (() => void)[] = [];
    const service = await boot(async (stream) => {
      const list = listOf(stream);
      if (isHeld && list === 'ab') await new Promise<void>((resolve) => held.push(resolve));
      return list;
    });
    await es!.eventStore.append(streamOf('t'), spans('a'));
    await es!.settled();
    isHeld = true;
    await es!.eventStore.append(streamOf('t'), spans('b'));
    const late = service.updateProjectionByName('list', 't', context);
    await eventually(() => expect(held).not.toEqual([]));
    await es!.eventStore.append(streamOf('t'), spans('c'));
    expect(await service.updateProjectionByName('list', 't', context)).toBe('abc');
    isHeld = false;
    for (const release of held) release();
    expect(await late).toBe('ab');
    await eventually(async () => expect(await service.checkpoint('list', 't', context)).toMatchObject({ sequence: 3 }));
    expect(await service.getProjectionByName('list', 't', context)).toBe('abc');
  });

  it('is made anew by hand in the place of one of the same events that was wrong, and goes on from there', async () => {
    let suffix = ' wrong';
    const service = await boot((stream) => listOf(stream) + suffix);
    await es!.eventStore.append(streamOf('t'), spans('a', 'b'));
    await es!.settled();
    expect(await service.getProjectionByName('list', 't', context)).toBe('ab wrong');
    for (suffix of [' mended', ' mended twice']) {
      expect(await service.updateProjectionByName('list', 't', context)).toBe(`ab${suffix}`);
      expect(await service.getProjectionByName('list', 't', context)).toBe(`ab${suffix}`);
    }
    expect(await service.checkpoint('list', 't', context)).toMatchObject({ sequence: 2 });
    await es!.eventStore.append(streamOf('t'), spans('c'));
    await es!.settled();
    expect(await service.getProjectionByName('list', 't', context)).toBe('abc mended twice');
    expect(await service.checkpoint('list', 't', context)).toMatchObject({ sequence: 3 });
  });

  it('is made when it is asked for, where a new one meets a log with history', async () => {
    const kept = survivingMemory();
    await boot(listOf, {}, kept);
    await es!.eventStore.append(streamOf('t'), spans('a', 'b'));
    await es!.settled();
    await es!.close();
    const service = await boot((stream) => ({ spans: listOf(stream) }), { version: 2 }, kept);
    expect(await service.checkpoint('list', 't', context)).toMatchObject({ sequence: 0 });
    expect(await service.getProjectionByName('list', 't', context)).toEqual({ spans: 'ab' });
    expect(await service.checkpoint('list', 't', context)).toMatchObject({ sequence: 2 });
  });

  it.each([
    ['INVALID_PROJECTION_RESULT', 'undefined', () => undefined, {}],
    ['INVALID_PROJECTION_RESULT', 'what is not JSON', () => ({ at: new Date(0) }), {}],
    ['STREAM_TOO_LONG', 'a stream that is too long', listOf, { maxEvents: 1 }],
  ] as const)('parks its aggregate with %s for %s, and no other', async (code, _, make, settings) => {
    const service = await boot((stream) => (stream.aggregateId === 'good' ? 'fine' : make(stream)), settings);
    await es!.eventStore.append(streamOf('bad'), spans('a', 'b'));
    await es!.eventStore.append(streamOf('good'), spans('a'));
    expect(await es!.settled()).toMatchObject({ parkedLanes: 1 });
    const [parked] = await es!.app.get(GroupQueue).control.parkedLanes();
    expect(parked).toMatchObject({ lane: { id: 'bad', component: 'list' } });
    expect(await service.getProjectionByName('list', 'good', context)).toBe('fine');
    await expect(service.updateProjectionByName('list', 'bad', context)).rejects.toMatchObject({ code });
  });

  it('is not made of what retention has left', async () => {
    const kept = survivingMemory();
    const service = await boot(listOf, {}, kept);
    const { eventStore } = es!;
    await eventStore.append(streamOf('t'), spans('a', 'b'));
    await es!.settled();
    await kept.storage.log.removeIdle({ tenantId, before: Date.now() + 60_000 });
    await eventStore.append(streamOf('t'), spans('c'));
    expect(await es!.settled()).toMatchObject({ parkedLanes: 1 });
    expect(await service.getProjectionByName('list', 't', context)).toBe('ab');
    await expect(service.updateProjectionByName('list', 't', context)).rejects.toMatchObject({ code: 'HISTORY_GONE' });
  });

  it('has options within their ranges, and a name of its own', () => {
    class Handler {
      handle = (): null => null;
    }
    const invalid = (field: string): unknown => expect.objectContaining({ code: 'INVALID_ARGUMENT', field });
    expect(() => bare().withProjection('list', Handler, { version: 0 })).toThrow(invalid('version'));
    expect(() => bare().withProjection('list', Handler, { maxEvents: 0.5 })).toThrow(invalid('maxEvents'));
    expect(() => bare().withProjection('list', Handler, { eventTypes: ['other'] })).toThrow(invalid('eventTypes'));
    const once = bare().withProjection('list', Handler);
    expect(() => once.withProjection('list', Handler)).toThrow(invalid('name'));
    expect(() => once.withFoldProjection('list', { init: () => 0, apply: () => 0 })).toThrow(invalid('name'));
  });
});

describe('EventForwarder', () => {
  it('brings what its target did not accept there again, for as long as it takes, before what comes after it', async () => {
    const accepted: string[] = [];
    let refusals = 3;
    const forwarder = new EventForwarder({
      name: 'the target',
      async forward({ aggregateId, sequence }: ForwardedEvent): Promise<void> {
        if (aggregateId === 'refused' && sequence === 2 && refusals > 0) {
          refusals -= 1;
          throw new Error('not now');
        }
        accepted.push(`${aggregateId}#${sequence}`);
      },
    });
    const pipeline = bare().withEventPublisher(forwarder, { maxAttempts: 1 }).build();
    const clock = new TestClock();
    es = await createForTesting({ imports: [new EventSourcing().register(pipeline).module], clock, logger: false });
    await es.eventStore.append(streamOf('refused'), spans('a', 'b', 'c'));
    await es.eventStore.append(streamOf('other'), spans('a'));
    await eventually(() => expect(accepted).toContain('other#1'));
    const { control } = es.app.get(GroupQueue);
    await eventually(async () => {
      const [lane] = await control.failingLanes();
      expect(lane).toMatchObject({ lane: { id: 'refused' }, status: 'waiting', attempts: 0 });
      expect(lane!.failures.at(-1)!.error).toMatch(/the target did not accept the event .*not now/);
    });
    await eventually(async () => {
      await clock.advance(60_000);
      expect(accepted).toContain('refused#3');
    });
    expect(refusals).toBe(0);
    expect(accepted.filter((one) => one.startsWith('refused'))).toEqual(['refused#1', 'refused#2', 'refused#3']);
  });

  it('waits for a target that does not answer, as for one that refuses, and goes on in order when it answers', async () => {
    const accepted: string[] = [];
    const left: unknown[] = [];
    let isSilent = true;
    const target: ForwardTarget = {
      name: 'the target',
      async forward({ aggregateId, sequence }, signal): Promise<void> {
        if (isSilent && sequence === 2) {
          signal.addEventListener('abort', () => left.push(signal.reason));
          await new Promise(() => {});
        }
        accepted.push(`${aggregateId}#${sequence}`);
      },
    };
    const forwarder = new EventForwarder(target, { timeoutMs: 20 });
    const pipeline = bare().withEventPublisher(forwarder, { maxAttempts: 1 }).build();
    const clock = new TestClock();
    es = await createForTesting({ imports: [new EventSourcing().register(pipeline).module], clock, logger: false });
    await es.eventStore.append(streamOf('silent'), spans('a', 'b', 'c'));
    const { control } = es.app.get(GroupQueue);
    await eventually(async () => {
      // In small steps: the forwarder gives up by real time, and the queue on it by the clock.
      await clock.advance(1_000);
      expect(left.length).toBeGreaterThan(2);
    });
    await eventually(async () => {
      const [lane] = await control.failingLanes();
      expect(lane).toMatchObject({ lane: { id: 'silent' }, status: 'waiting', attempts: 0 });
      expect(lane!.failures.at(-1)!.error).toMatch(/the target did not accept the event .*no answer within 20 ms/);
    });
    expect(accepted).toEqual(['silent#1']);
    isSilent = false;
    await eventually(async () => {
      await clock.advance(60_000);
      expect(accepted).toEqual(['silent#1', 'silent#2', 'silent#3']);
    });
    expect(await control.parkedLanes()).toEqual([]);
    expect(await control.deadLetters()).toEqual([]);
  });

  it('needs calls that last longer than it waits', () => {
    const target: ForwardTarget = { name: 'the target', forward: async () => {} };
    const invalid = (field: string): unknown => expect.objectContaining({ code: 'INVALID_ARGUMENT', field });
    expect(() => new EventForwarder(target, { timeoutMs: 0 })).toThrow(invalid('options.timeoutMs'));
    const long = new EventForwarder(target, { timeoutMs: 60_000 });
    expect(() => bare().withEventPublisher(long)).toThrow(invalid('timeoutMs'));
    expect(() => bare().withEventPublisher(long, { timeoutMs: 60_001 })).not.toThrow();
  });
});
