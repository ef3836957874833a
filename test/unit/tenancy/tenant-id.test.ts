import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { InvalidTenantError } from '../../../lib/tenancy/invalid-tenant.error.js';
import { MAX_ID_BYTES } from '../../../lib/tenancy/text-problem.js';
import { AWKWARD_IDS } from '../../support/awkward-texts.js';
import { BAD_TENANTS } from '../../support/expect-refused.js';

describe('createTenantId', () => {
  test.each(['acme', 'a', '0', 'ACME Ltd.', 'é', '😀', 'x'.repeat(MAX_ID_BYTES), 'é'.repeat(256), ...AWKWARD_IDS])(
    'takes %j as it is',
    (value) => expect(createTenantId(value)).toBe(value),
  );

  test.each(BAD_TENANTS)('refuses what is %s', (_, value) => {
    expect(() => createTenantId(value)).toThrow(InvalidTenantError);
  });

  test.each([
    ['an object', {}],
    ['an array of one string', ['acme']],
    ['a boolean', true],
    ['a String object', new String('acme')],
    ['with white space at its end', 'acme\u00a0'],
    ['with DEL', 'ac\u007fme'],
    ['with half of a pair at its end', 'acme\ud83d'],
    ['with a pair the wrong way round', '\ude00\ud83d'],
    ['one byte over the bound', 'x'.repeat(MAX_ID_BYTES + 1)],
  ])('refuses %s', (_, value) => {
    expect(() => createTenantId(value)).toThrow(InvalidTenantError);
  });

  test('says what is wrong and what to do', () => {
    expect(() => createTenantId('')).toThrow(/must not be empty.*createTenantId\(\)/);
    expect(() => createTenantId(5)).toThrow(/must be a string/);
  });

  test('has an error with a stable code that does not ask for a repeat', () => {
    expect(new InvalidTenantError('is missing')).toMatchObject({ code: 'INVALID_TENANT', kind: 'permanent' });
  });

  test('takes nothing that UTF-8 would change', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), (value) => {
        let legal = true;
        try {
          createTenantId(value);
        } catch {
          legal = false;
        }
        if (legal) expect(Buffer.from(value).toString()).toBe(value);
      }),
    );
  });
});
