import { ValidateBy } from 'class-validator';

/** Bounds a value by its size as JSON in UTF-8, which is what it takes in the log and in a state. */
export function MaxJsonBytes(bytes: number): PropertyDecorator {
  return ValidateBy({
    name: 'maxJsonBytes',
    validator: {
      validate: (value: unknown) => Buffer.byteLength(JSON.stringify(value) ?? '') <= bytes,
      defaultMessage: () => `$property must not exceed ${bytes} bytes as JSON`,
    },
  });
}
