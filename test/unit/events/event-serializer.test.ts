import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DomainEvent } from '../../../lib/events/domain-event.decorator.js';
import type { EventClass } from '../../../lib/events/event-class.js';
import type { EventId } from '../../../lib/events/event-id.js';
import { EventSerializer } from '../../../lib/events/event-serializer.js';
import { EventTypeRegistry } from '../../../lib/events/event-type-registry.js';
import { InvalidEventError } from '../../../lib/events/invalid-event.error.js';
import { isEvent } from '../../../lib/events/is-event.js';
import type { StandardSchema } from '../../../lib/events/standard-schema.js';
import type { StoredEvent } from '../../../lib/events/stored-event.js';
import { UndecodableEventError } from '../../../lib/events/undecodable-event.error.js';
import type { Validator } from '../../../lib/events/validator.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';

const schema: StandardSchema = { '~standard': { version: 1, vendor: 'test', validate: () => ({}) } };

@DomainEvent('test.noted', { version: 3, schema })
class Noted {
  constructor(readonly body: unknown) {}

  shout(): string {
    return `${String(this.body)}!`;
  }
}

class Extended extends Noted {}

interface Asked {
  readonly value: object;
  readonly valueClass: EventClass;
  readonly schema?: StandardSchema;
}

function setUp(
  problems: readonly string[] = [],
  maxEventBytes?: number,
): { serializer: EventSerializer; asked: Asked[] } {
  const asked: Asked[] = [];
  const validator: Validator = {
    problems(value, valueClass, given) {
      asked.push({ value, valueClass, schema: given });
      return problems;
    },
  };
  const types = new EventTypeRegistry([Noted]);
  return { serializer: new EventSerializer(types, validator, maxEventBytes), asked };
}

function stored(payload: string, type = 'test.noted'): StoredEvent {
  return {
    id: '018bcfe5-6800-7000-8000-000000000000' as EventId,
    tenantId: createTenantId('acme'),
    aggregateType: 'note',
    aggregateId: 'one',
    sequence: 7,
    type,
    version: 3,
    payload,
    tags: [],
    metadata: { userId: 'u' },
    occurredAt: 1_700_000_000_123,
    recordedAt: 1_700_000_000_456,
  };
}

describe('serialize', () => {
  test('gives type, version and JSON of an instance', () => {
    const { serializer } = setUp();
    const data = new Noted('x');
    expect(serializer.serialize({ data })).toEqual({
      type: 'test.noted',
      version: 3,
      payload: '{"body":"x"}',
      derivedTags: [],
    });
  });

  test('has the instance validated, with its class and schema', () => {
    const { serializer, asked } = setUp();
    const data = new Noted('x');
    serializer.serialize({ data });
    expect(asked).toEqual([{ value: data, valueClass: Noted, schema }]);
    expect(asked[0]!.value).toBe(data);
  });

  test('refuses what does not pass validation, with every problem', () => {
    const { serializer } = setUp(['body must be short', 'body must be kind']);
    const call = () => serializer.serialize({ data: new Noted('x') });
    expect(call).toThrow(InvalidEventError);
    expect(call).toThrow('Event test.noted is invalid: body must be short; body must be kind.');
  });

  test.each<[string, unknown]>([
    ['a plain object', { body: 'x' }],
    ['an object without prototype', Object.create(null)],
    ['an instance of an unmarked class', new Date()],
    ['an instance of a class that only inherits the mark', new Extended('x')],
    ['the class itself', Noted],
    ['a string', 'x'],
    ['null', null],
    ['nothing', undefined],
    ['an object that lies about its constructor', { constructor: 5 }],
  ])('refuses %s', (_, data) => {
    const { serializer, asked } = setUp();
    expect(() => serializer.serialize({ data: data as object })).toThrow(InvalidEventError);
    expect(() => serializer.serialize({ data: data as object })).toThrow(/@DomainEvent/);
    expect(asked).toEqual([]);
  });

  test('refuses a class that no pipeline declares', () => {
    const serializer = new EventSerializer(new EventTypeRegistry([]), { problems: () => [] });
    expect(() => serializer.serialize({ data: new Noted('x') })).toThrow(/forFeature/);
  });

  test('refuses data that is not JSON', () => {
    const { serializer } = setUp();
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    for (const body of [
      cyclic,
      10n,
      {
        toJSON: () => {
          throw new Error('no');
        },
      },
    ]) {
      expect(() => serializer.serialize({ data: new Noted(body) })).toThrow(/cannot be written as JSON/);
    }
  });

  test('refuses data over its bound in UTF-8 bytes, and takes data at it', () => {
    const { serializer } = setUp([], 21);
    expect(serializer.serialize({ data: new Noted('é'.repeat(5)) }).payload).toHaveLength(16);
    expect(() => serializer.serialize({ data: new Noted('é'.repeat(6)) })).toThrow(/23 bytes as JSON, the limit is 21/);
  });
});

describe('deserialize', () => {
  test('gives an instance of the class, without running its constructor', () => {
    let runs = 0;
    @DomainEvent('test.counted', { version: 3 })
    class Counted {
      readonly a = 1;
      constructor() {
        runs += 1;
      }
    }
    const types = new EventTypeRegistry([Counted]);
    const serializer = new EventSerializer(types, { problems: () => [] });
    const { data } = serializer.deserialize(stored('{"a":2}', 'test.counted'));
    expect(data).toBeInstanceOf(Counted);
    expect(data).toEqual({ a: 2 });
    expect(runs).toBe(0);
  });

  test('gives the methods of the class, and narrows by isEvent', () => {
    const event = setUp().serializer.deserialize(stored('{"body":"hey"}'));
    expect(isEvent(event, Noted) && event.data.shout()).toBe('hey!');
    expect(isEvent(event, Date)).toBe(false);
  });

  test('gives the envelope, with times as dates and without the text', () => {
    const { payload: _, ...row } = stored('{}');
    const event = setUp().serializer.deserialize(stored('{}'));
    expect(event).toEqual({
      ...row,
      data: new Noted(undefined),
      occurredAt: new Date(1_700_000_000_123),
      recordedAt: new Date(1_700_000_000_456),
    });
    expect(event).not.toHaveProperty('payload');
  });

  test('leaves the data of a type that nobody declares plain', () => {
    const { data } = setUp().serializer.deserialize(stored('{"a":1}', 'test.unheard_of'));
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
    expect(data).toEqual({ a: 1 });
  });

  test('gives back whatever JSON was put in', () => {
    const { serializer } = setUp();
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        const { payload } = serializer.serialize({ data: new Noted(body) });
        const { data } = serializer.deserialize(stored(payload));
        expect(data).toBeInstanceOf(Noted);
        expect(JSON.stringify((data as Noted).body)).toBe(JSON.stringify(body));
      }),
    );
  });

  test('does not let data change the class of an event', () => {
    const { data } = setUp().serializer.deserialize(stored('{"__proto__":{"shout":1},"body":"x"}'));
    expect(({} as { shout?: unknown }).shout).toBeUndefined();
    expect((data as Noted).body).toBe('x');
  });

  test.each(['', 'no json', '{"a":', '5', '"text"', 'null', '[1]', '{} {}'])(
    'names the row whose payload is %j',
    (payload) => {
      const call = () => setUp().serializer.deserialize(stored(payload));
      expect(call).toThrow(UndecodableEventError);
      expect(call).toThrow('Event 7 (test.noted) of note/one, tenant acme, cannot be decoded');
      try {
        call();
      } catch (error) {
        expect(error).toMatchObject({
          code: 'UNDECODABLE_EVENT',
          kind: 'permanent',
          tenantId: 'acme',
          aggregateType: 'note',
          aggregateId: 'one',
          sequence: 7,
        });
      }
    },
  );
});
