import { IsInt, IsString, Min, ValidateNested } from 'class-validator';
import { beforeAll, describe, expect, it } from 'vitest';
import { ClassValidatorValidator } from '../../../lib/events/class-validator.validator.js';
import { DomainEvent } from '../../../lib/events/domain-event.decorator.js';
import { EventSerializer } from '../../../lib/events/event-serializer.js';
import { EventTypeRegistry } from '../../../lib/events/event-type-registry.js';
import type { StandardSchema } from '../../../lib/events/standard-schema.js';
import { goodRow } from '../../../lib/testing/contract/log-maintenance/log-maintenance-cases.js';
import { newStream } from '../../../lib/testing/contract/event-store/event-store-cases.js';

const schema: StandardSchema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      (value as { n?: unknown }).n === 1 ? { value } : { issues: [{ message: 'must be 1', path: ['n'] }] },
  },
};

class Part {
  constructor(readonly name: string) {}
}
IsString()(Part.prototype, 'name');

@DomainEvent('test.decorated')
class Decorated {
  @IsInt()
  @Min(1)
  readonly n: number;

  @ValidateNested()
  readonly part: Part;

  constructor(n: number, part: Part) {
    this.n = n;
    this.part = part;
  }
}

@DomainEvent('test.schema', { schema })
class BySchema {
  n?: number;
}

describe('the problems of an event out of the log', () => {
  let serializer: EventSerializer;
  beforeAll(async () => {
    const types = new EventTypeRegistry([Decorated, BySchema]);
    serializer = new EventSerializer(types, await ClassValidatorValidator.create());
  });

  const problems = (type: string, data: object): readonly string[] => {
    const row = { ...goodRow(newStream(), 1, { type, version: 1, payload: JSON.stringify(data) }), metadata: {} };
    return serializer.problems(serializer.deserialize(row));
  };

  it('are those of its decorators', () => {
    expect(problems('test.decorated', { n: 0 })).toEqual([expect.stringContaining('n must not be less than 1')]);
  });

  it('are none for what is stored, in which nested objects are plain ones', () => {
    const { payload } = serializer.serialize({ data: new Decorated(1, new Part('x')) });
    expect(problems('test.decorated', JSON.parse(payload) as object)).toEqual([]);
  });

  it('are those of its schema', () => {
    expect(problems('test.schema', { n: 1 })).toEqual([]);
    expect(problems('test.schema', { n: 2 })).toEqual(['n: must be 1']);
  });

  it('are none where nobody declares it', () => {
    expect(problems('nobody.declares', { n: 2 })).toEqual([]);
  });
});
