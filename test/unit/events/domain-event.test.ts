import { expect, test } from 'vitest';
import { DomainEvent, domainEventMetadata } from '../../../lib/events/domain-event.decorator.js';
import { EventTypeRegistry } from '../../../lib/events/event-type-registry.js';

@DomainEvent('test.first')
class First {}

@DomainEvent('test.second', { version: 4 })
class Second extends First {}

class Inherited extends First {}

test('says type and version of a class, version 1 unless told', () => {
  expect(domainEventMetadata(First)).toMatchObject({ type: 'test.first', version: 1 });
});

test('is of the very class, not of its parent', () => {
  expect(domainEventMetadata(Second)).toMatchObject({ type: 'test.second', version: 4 });
  expect(domainEventMetadata(First)).toMatchObject({ type: 'test.first' });
  expect(domainEventMetadata(Inherited)).toBeUndefined();
});

test('is nothing of what is no marked class', () => {
  for (const value of [undefined, null, {}, new First(), 'First', class {}, () => 1]) {
    expect(domainEventMetadata(value)).toBeUndefined();
  }
});

test('is found in the registry by its type', () => {
  const types = new EventTypeRegistry([First]);
  expect(types.get('test.first')?.eventClass).toBe(First);
  expect(types.get('test.second')).toBeUndefined();
  expect(types.get('toString')).toBeUndefined();
});
