import 'reflect-metadata';
import { Command, CommandHandler } from '@nestjs/cqrs';
import { expect, it } from 'vitest';

it('knows the metadata key of the CommandHandler of @nestjs/cqrs, which is not exported there', () => {
  class Any extends Command<void> {}
  class AnyHandler {
    async execute(): Promise<void> {}
  }
  CommandHandler(Any)(AnyHandler);
  expect(Reflect.getMetadata('__commandHandler__', AnyHandler)).toBe(Any);
});
