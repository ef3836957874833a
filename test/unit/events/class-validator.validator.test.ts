import { runInNewContext } from 'node:vm';
import {
  IsArray,
  IsInt,
  IsString,
  Min,
  MinLength,
  Validate,
  ValidateNested,
  ValidatorConstraint,
} from 'class-validator';
import type { ValidatorConstraintInterface } from 'class-validator';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { AsyncValidationError } from '../../../lib/events/async-validation.error.js';
import { ClassValidatorValidator } from '../../../lib/events/class-validator.validator.js';
import type { StandardIssue, StandardResult, StandardSchema } from '../../../lib/events/standard-schema.js';

class Item {
  @IsString()
  @MinLength(2)
  name: unknown;

  constructor(name: unknown) {
    this.name = name;
  }
}

class Basket {
  @IsInt()
  @Min(1, { message: 'At least one, please' })
  count: unknown;

  @IsArray()
  @IsString({ each: true })
  tags: unknown = [];

  @ValidateNested({ each: true })
  items: unknown;

  constructor(count: unknown, items: unknown = []) {
    this.count = count;
    this.items = items;
  }
}

class LargeBasket extends Basket {}

class Plain {
  anything: unknown = () => 1;
}

function schemaOf(validate: (value: unknown) => StandardResult | Promise<StandardResult>): StandardSchema {
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

function schemaWith(...issues: StandardIssue[]): StandardSchema {
  return schemaOf(() => ({ issues }));
}

let validator: ClassValidatorValidator;

beforeAll(async () => {
  validator = await ClassValidatorValidator.create();
});

describe('class-validator decorators', () => {
  test('finds nothing wrong with what is right', () => {
    expect(validator.problems(new Basket(1, [new Item('ab')]), Basket)).toEqual([]);
  });

  test('tells each problem with the path of its property first', () => {
    const problems = validator.problems(new Basket('x'), Basket);
    expect(problems).toContain('count must be an integer number');
    expect(problems).toContain('count: At least one, please');
    expect(problems).toHaveLength(2);
  });

  test('gives the whole path of nested problems', () => {
    const problems = validator.problems(new Basket(1, [new Item('ab'), new Item(5)]), Basket);
    expect(problems).toContain('items.1.name must be a string');
    expect(problems.every((problem) => problem.startsWith('items.1.name'))).toBe(true);
  });

  test('puts the path before messages that begin otherwise', () => {
    const basket = new Basket(1);
    basket.tags = [5];
    expect(validator.problems(basket, Basket)).toEqual(['tags: each value in tags must be a string']);
  });

  test('does not take a nested plain object for valid', () => {
    const problems = validator.problems(new Basket(1, [{ name: 5 }]), Basket);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^items\.0/);
  });

  test('applies those of parent classes', () => {
    expect(validator.problems(new LargeBasket(0), LargeBasket)).toEqual(['count: At least one, please']);
  });

  test('takes a class without any as it is', () => {
    expect(validator.problems(new Plain(), Plain)).toEqual([]);
  });

  test('looks at a class once', async () => {
    class Fresh {
      @IsInt()
      n = 1;
    }
    const { getMetadataStorage } = await import('class-validator');
    const looks = vi.spyOn(getMetadataStorage(), 'getTargetValidatorConstraints');
    const found = vi.spyOn(getMetadataStorage(), 'getTargetValidationMetadatas');
    const wholeClass = () => found.mock.calls.filter(([target, schema]) => target === Fresh && schema === '').length;
    for (let n = 0; n < 3; n++) validator.problems(new Plain(), Plain);
    const ofPlain = found.mock.calls.filter(([target]) => target === Plain);
    expect(ofPlain).toEqual([]);
    for (let n = 0; n < 3; n++) validator.problems(new Fresh(), Fresh);
    expect(wholeClass()).toBe(1);
    looks.mockRestore();
    found.mockRestore();
  });

  test('refuses a class whose constraint is asynchronous, every time', () => {
    @ValidatorConstraint({ async: true })
    class IsFree implements ValidatorConstraintInterface {
      validate(): Promise<boolean> {
        return Promise.resolve(false);
      }
    }
    class Booking {
      @Validate(IsFree)
      seat = 1;
    }
    for (let n = 0; n < 2; n++) {
      expect(() => validator.problems(new Booking(), Booking)).toThrow(AsyncValidationError);
      expect(() => validator.problems(new Booking(), Booking)).toThrow(/seat of Booking|property seat/);
    }
  });

  test('tells only so many problems', () => {
    const items = Array.from({ length: 80 }, () => new Item(5));
    const problems = validator.problems(new Basket(1, items), Basket);
    expect(problems).toHaveLength(51);
    expect(problems[50]).toMatch(/^and \d+ more$/);
  });
});

describe('Standard Schema', () => {
  test('decides instead of the decorators', () => {
    expect(
      validator.problems(
        new Basket(0),
        Basket,
        schemaOf(() => ({})),
      ),
    ).toEqual([]);
    expect(validator.problems(new Basket(1), Basket, schemaWith({ message: 'no', path: ['count'] }))).toEqual([
      'count: no',
    ]);
  });

  test('gets the very instance', () => {
    const validate = vi.fn(() => ({ issues: undefined }));
    const basket = new Basket(1);
    validator.problems(basket, Basket, schemaOf(validate));
    expect(validate.mock.calls).toEqual([[basket]]);
  });

  test('tells each problem with its path, in every form that a path may have', () => {
    const problems = validator.problems(
      new Plain(),
      Plain,
      schemaWith(
        { message: 'too short', path: ['items', 0, 'name'] },
        { message: 'too long', path: [{ key: 'items' }, { key: 1 }] },
        { message: 'wrong' },
        { message: 'wrong too', path: [] },
        { message: 'odd', path: [Symbol('s')] },
      ),
    );
    expect(problems).toEqual(['items.0.name: too short', 'items.1: too long', 'wrong', 'wrong too', 'Symbol(s): odd']);
  });

  test('is refused when it is asynchronous, whatever it answers', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    for (const answer of [() => Promise.resolve({}), () => Promise.reject(new Error('late'))]) {
      const call = () => validator.problems(new Plain(), Plain, schemaOf(answer));
      expect(call).toThrow(AsyncValidationError);
      expect(call).toThrow(/schema of Plain/);
    }
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test('lets the errors of a broken schema pass', () => {
    const broken = schemaOf(() => {
      throw new TypeError('broken');
    });
    expect(() => validator.problems(new Plain(), Plain, broken)).toThrow(TypeError);
  });
});

describe('without the optional package', () => {
  const failing = (message: string, code: string) => () =>
    ClassValidatorValidator.create(() => Promise.reject(Object.assign(new Error(message), { code })));

  test('takes every class as it is, and goes by schemas', async () => {
    const without = await failing("Cannot find package 'class-validator' imported from x", 'ERR_MODULE_NOT_FOUND')();
    expect(without.problems(new Basket('x'), Basket)).toEqual([]);
    expect(without.problems(new Basket('x'), Basket, schemaWith({ message: 'no' }))).toEqual(['no']);
  });

  test('is without it, too, where jest says so, in a realm of its own', async () => {
    const message = "Cannot find module 'class-validator' from 'class-validator.validator.js'";
    const foreign: unknown = runInNewContext('Object.assign(new Error(message), { code: "MODULE_NOT_FOUND" })', {
      message,
    });
    const without = await ClassValidatorValidator.create(() => Promise.reject(foreign));
    expect(without.problems(new Basket('x'), Basket)).toEqual([]);
  });

  test('does not start with one that is there and broken', async () => {
    await expect(
      failing("Cannot find package 'validator' imported from x", 'ERR_MODULE_NOT_FOUND')(),
    ).rejects.toThrow();
    await expect(failing("Unexpected token in 'class-validator'", 'ERR_SOMETHING')()).rejects.toThrow(
      'Unexpected token',
    );
  });
});
