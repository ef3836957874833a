import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { InvalidTenantError } from '../../../lib/tenancy/invalid-tenant.error.js';
import { TenantContext } from '../../../lib/tenancy/tenant-context.js';

const acme = { tenantId: createTenantId('acme'), correlationId: 'c' };
const other = { tenantId: createTenantId('other') };

test('is there in everything that the work awaits, and gone after it', async () => {
  expect(TenantContext.current()).toBeUndefined();
  await TenantContext.run(acme, async () => {
    expect(TenantContext.current()).toBe(acme);
    await nextTurn();
    expect(TenantContext.requireTenantId()).toBe('acme');
  });
  expect(TenantContext.current()).toBeUndefined();
});

test('keeps apart works that run at the same time', async () => {
  const seen = await Promise.all(
    [acme, other, acme].map((context) =>
      TenantContext.run(context, async () => {
        await nextTurn();
        return TenantContext.requireTenantId();
      }),
    ),
  );
  expect(seen).toEqual(['acme', 'other', 'acme']);
});

test('is replaced within nested work only', () => {
  TenantContext.run(acme, () => {
    TenantContext.run(other, () => expect(TenantContext.current()).toBe(other));
    expect(TenantContext.current()).toBe(acme);
  });
});

test('refuses work that needs a tenant and has none', () => {
  expect(() => TenantContext.requireTenantId()).toThrow(InvalidTenantError);
  expect(() => TenantContext.requireTenantId()).toThrow(/missing/);
});

test('gives back what the work returns or throws', () => {
  expect(TenantContext.run(acme, () => 5)).toBe(5);
  expect(() =>
    TenantContext.run(acme, () => {
      throw new Error('work');
    }),
  ).toThrow('work');
});
