import { describe, expect, it } from 'vitest';
import { checkpointKey, EventStream } from '../../../lib/compat.js';
import { createTenantId } from '../../../lib/index.js';

const tenantId = createTenantId('tenant-1');
const event = (name: string, timestamp: number, sequenceNumber = 0) => ({ name, timestamp, data: { sequenceNumber } });
const names = (stream: { getEvents(): readonly { readonly name: string }[] }): string =>
  stream
    .getEvents()
    .map(({ name }) => name)
    .join('');

describe('EventStream', () => {
  const events = [event('c', 3, 1), event('a', 1, 3), event('b', 2, 2), event('d', 3, 0)];

  it('orders by when events occurred, those of one time as they came', () => {
    expect(names(new EventStream('trace-1', tenantId, events))).toBe('abcd');
    const recorded = events.map(({ name, timestamp }) => ({ name, occurredAt: new Date(timestamp) }));
    expect(names(new EventStream('trace-1', tenantId, recorded, { ordering: 'timestamp' }))).toBe('abcd');
  });

  it('leaves them as they are', () => {
    expect(names(new EventStream('trace-1', tenantId, events, { ordering: 'as-is' }))).toBe('cabd');
  });

  it('orders them as it is told', () => {
    const stream = new EventStream('trace-1', tenantId, events, {
      ordering: (a, b) => a.data.sequenceNumber - b.data.sequenceNumber,
    });
    expect(names(stream)).toBe('dcba');
    expect([stream.getAggregateId(), stream.getTenantId()]).toEqual(['trace-1', tenantId]);
  });

  it('changes with nobody', () => {
    const given = [...events];
    const stream = new EventStream('trace-1', tenantId, given);
    given.pop();
    expect(names(stream)).toBe('abcd');
    expect(() => (stream.getEvents() as unknown[]).push(1)).toThrow(TypeError);
    expect(events.map(({ name }) => name).join('')).toBe('cabd');
  });

  it('refuses what is no ordering, and what has no time to be ordered by', () => {
    const invalid = (field: string): unknown => expect.objectContaining({ code: 'INVALID_ARGUMENT', field });
    expect(() => new EventStream('a', tenantId, events, { ordering: 'newest' as 'as-is' })).toThrow(
      invalid('options.ordering'),
    );
    expect(() => new EventStream('a', tenantId, [events[0]!, {} as never])).toThrow(invalid('events[1]'));
    expect(() => new EventStream('a', tenantId, [{ timestamp: Number.NaN }])).toThrow(invalid('events[0]'));
  });
});

describe('checkpointKey', () => {
  const parts = {
    tenantId,
    pipelineName: 'spans',
    processorName: 'spanStorage',
    aggregateType: 'span',
    aggregateId: 't1',
  };

  it('joins tenant, pipeline, processor, aggregate type and id', () => {
    expect(checkpointKey(parts)).toBe('tenant-1:spans:spanStorage:span:t1');
  });

  it('gives no two checkpoints one key', () => {
    const one = checkpointKey({ ...parts, aggregateType: 'span:t1', aggregateId: 'x' });
    const other = checkpointKey({ ...parts, aggregateType: 'span', aggregateId: 't1:x' });
    expect(one).not.toBe(other);
  });
});
