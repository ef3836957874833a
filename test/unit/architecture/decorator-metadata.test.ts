import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { expect, it } from 'vitest';

@Injectable()
class Dependency {}

@Injectable()
class Dependent {
  constructor(readonly dependency: Dependency) {}
}

it('reaches the tests: Nest injects by the type of a constructor parameter', async () => {
  const module = await Test.createTestingModule({ providers: [Dependency, Dependent] }).compile();
  expect(module.get(Dependent).dependency).toBeInstanceOf(Dependency);
});
