import { expect, test } from 'vitest';
import type { StreamState } from '../../../lib/event-store/clickhouse/stream-state.js';
import { StreamStates } from '../../../lib/event-store/clickhouse/stream-states.js';

function state(keys = 0): StreamState {
  const known = Array.from({ length: keys }, (_, index) => [`k${index}`, { first: 1, last: 1 }] as const);
  return { head: 1, recordedAt: 1, keys: new Map(known), complete: true };
}

test('gives a state to one user at a time', () => {
  const states = new StreamStates(10, 10);
  const one = state();
  states.put('a', one);
  expect(states.take('a')).toBe(one);
  expect(states.take('a')).toBeUndefined();
});

test('beyond its bound of streams it forgets the one that rested longest', () => {
  const states = new StreamStates(2, 100);
  states.put('a', state());
  states.put('b', state());
  states.put('a', states.take('a')!);
  states.put('c', state());
  expect(states.size).toBe(2);
  expect(states.take('b')).toBeUndefined();
  expect(states.take('a')).toBeDefined();
  expect(states.take('c')).toBeDefined();
});

test('beyond its bound of keys it forgets too, also one that is too large by itself', () => {
  const states = new StreamStates(100, 5);
  states.put('a', state(3));
  states.put('b', state(2));
  expect(states.size).toBe(2);
  states.put('c', state(1));
  expect(states.take('a')).toBeUndefined();
  expect(states.size).toBe(2);
  states.put('d', state(6));
  expect(states.size).toBe(0);
  states.put('e', state(5));
  expect(states.size).toBe(1);
});
