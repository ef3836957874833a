import type { ValidationError } from 'class-validator';
import { isPackageAbsent } from '../packages/is-package-absent.js';
import { AsyncValidationError } from './async-validation.error.js';
import type { EventClass } from './event-class.js';
import type { StandardIssue, StandardSchema } from './standard-schema.js';
import { Validator } from './validator.js';

type ClassValidator = typeof import('class-validator');

/** Most problems that are told of one value. */
const MAX_PROBLEMS = 50;

/**
 * Validates by Standard Schema objects, and by class-validator decorators where that optional package is installed.
 * A class without decorators is taken as it is.
 */
export class ClassValidatorValidator extends Validator {
  private readonly decorated = new WeakMap<EventClass, boolean>();

  private constructor(private readonly classValidator: ClassValidator | undefined) {
    super();
  }

  /** Loads class-validator if it is there, for anything else wrong with it is an error; without it no class has decorators. */
  static async create(load = importClassValidator): Promise<ClassValidatorValidator> {
    try {
      return new ClassValidatorValidator(await load());
    } catch (error) {
      if (isPackageAbsent(error, 'class-validator')) return new ClassValidatorValidator(undefined);
      throw error;
    }
  }

  problems(value: object, valueClass: EventClass, schema?: StandardSchema, decoded = false): readonly string[] {
    const problems = schema ? this.bySchema(value, valueClass, schema) : this.byDecorators(value, valueClass, decoded);
    if (problems.length <= MAX_PROBLEMS) return problems;
    return [...problems.slice(0, MAX_PROBLEMS), `and ${problems.length - MAX_PROBLEMS} more`];
  }

  private bySchema(value: object, valueClass: EventClass, schema: StandardSchema): readonly string[] {
    const result = schema['~standard'].validate(value);
    if (result instanceof Promise) {
      // The answer is not waited for, and must not end the process as an unhandled rejection.
      result.catch(() => undefined);
      throw new AsyncValidationError(valueClass.name, 'The schema');
    }
    return (result.issues ?? []).map(describeIssue);
  }

  private byDecorators(value: object, valueClass: EventClass, decoded: boolean): readonly string[] {
    if (!this.classValidator || !this.isDecorated(this.classValidator, valueClass)) return [];
    const options = { forbidUnknownValues: !decoded };
    return this.classValidator.validateSync(value, options).flatMap((error) => describeError(error, ''));
  }

  private isDecorated(classValidator: ClassValidator, valueClass: EventClass): boolean {
    const known = this.decorated.get(valueClass);
    if (known !== undefined) return known;
    const storage = classValidator.getMetadataStorage();
    const rules = storage.getTargetValidationMetadatas(valueClass, '', false, false);
    for (const { constraintCls, propertyName } of rules) {
      // validateSync() would pass over it as if it held.
      if (
        constraintCls &&
        storage.getTargetValidatorConstraints(constraintCls).some((constraint) => constraint.async)
      ) {
        throw new AsyncValidationError(valueClass.name, `A decorator of the property ${propertyName}`);
      }
    }
    this.decorated.set(valueClass, rules.length > 0);
    return rules.length > 0;
  }
}

async function importClassValidator(): Promise<ClassValidator> {
  const module = (await import('class-validator')) as ClassValidator & { readonly default?: ClassValidator };
  return module.default ?? module;
}

function describeIssue({ message, path = [] }: StandardIssue): string {
  const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return keys.length > 0 ? `${keys.join('.')}: ${message}` : message;
}

/** The messages of class-validator begin with the property's own name; nested ones need the whole path. */
function describeError(error: ValidationError, parent: string): string[] {
  const path = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.values(error.constraints ?? {}).map((message) =>
    message.startsWith(`${error.property} `) ? `${path}${message.slice(error.property.length)}` : `${path}: ${message}`,
  );
  return [...own, ...(error.children ?? []).flatMap((child) => describeError(child, path))];
}
