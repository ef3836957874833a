import { expect, it } from 'vitest';
import { roundsOf } from '../../../lib/event-store/rounds-of.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';

const range = (aggregateId: string, from: number, to: number) => ({
  stream: { tenantId: createTenantId('acme'), aggregateType: 't', aggregateId },
  from,
  to,
});

it('joins adjacent ranges of a stream, and puts others into rounds of their own', () => {
  const ranges = [range('a', 5, 6), range('b', 1, 1), range('a', 1, 2), range('a', 3, 4), range('b', 3, 3)];
  expect(roundsOf(ranges)).toEqual([[range('a', 1, 6), range('b', 1, 1)], [range('b', 3, 3)]]);
  expect(roundsOf([])).toEqual([]);
});
