import { expect, test } from 'vitest';
import { paramChunks } from '../../../lib/event-store/clickhouse/stream-params.js';

test('cuts by number and by bytes, losing nothing and keeping the order', () => {
  expect(paramChunks([], String)).toEqual([]);
  const many = Array.from({ length: 2_500 }, (_, index) => `${index}`);
  expect(paramChunks(many, String).map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  expect(paramChunks(many, String).flat()).toEqual(many);
  const large = Array.from({ length: 10 }, () => 'é'.repeat(10_000));
  expect(paramChunks(large, String).map(({ length }) => length)).toEqual([3, 3, 3, 1]);
  const huge = ['a', 'x'.repeat(100_000), 'b'];
  expect(paramChunks(huge, String)).toEqual(huge.map((text) => [text]));
});
