import { expect, it } from 'vitest';
import { KeptValues } from '../../../lib/queue/in-process/kept-values.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const acme = createTenantId('acme');
const globex = createTenantId('globex');
const once = (key: string, forMs = 100) => ({ key, value: `value of ${key}`, forMs });

it('keeps a value until its time is over, by the clock that nobody sets', () => {
  const clock = new VirtualClock();
  const values = new KeptValues(clock);
  values.keep(acme, once('a'));
  clock.pass(99);
  clock.jump(-1_000);
  expect(values.get(acme, 'a')).toBe('value of a');
  expect(values.get(globex, 'a')).toBeUndefined();
  clock.pass(1);
  expect(values.get(acme, 'a')).toBeUndefined();
});

it('forgets a tenant, whose next value under the same key has its own time', () => {
  const clock = new VirtualClock();
  const values = new KeptValues(clock);
  values.keep(acme, once('a'));
  values.keep(globex, once('a'));
  clock.pass(50);
  values.forget(acme);
  expect([values.get(acme, 'a'), values.get(globex, 'a')]).toEqual([undefined, 'value of a']);
  values.keep(acme, once('a'));
  clock.pass(99);
  expect(values.get(acme, 'a')).toBe('value of a');
});

it('has no more values of a tenant than its bound; the oldest go', () => {
  const values = new KeptValues(new VirtualClock());
  values.keep(globex, once('0'));
  for (let index = 0; index <= 100_000; index += 1) values.keep(acme, once(String(index)));
  expect(values.get(acme, '0')).toBeUndefined();
  expect(values.get(acme, '1')).toBeDefined();
  expect(values.get(acme, '100000')).toBeDefined();
  expect(values.get(globex, '0')).toBeDefined();
});
