import { ok, strictEqual } from 'node:assert';
import { inspect } from 'node:util';
import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { InvalidTenantError } from '../../tenancy/invalid-tenant.error.js';

/** Passes when the call throws or rejects with an error of this class, which it returns. */
export async function expectRefused<E extends Error>(
  call: () => unknown,
  errorClass: abstract new (...args: never[]) => E,
): Promise<E> {
  const error = await (async () => {
    await call();
  })().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  ok(error instanceof errorClass, `it was not refused with ${errorClass.name}, but led to ${inspect(error)}`);
  return error;
}

/** Passes when the call is refused because of this argument. */
export async function expectInvalid(call: () => unknown, field: string): Promise<void> {
  const error = await expectRefused(call, InvalidArgumentError);
  strictEqual(error.field, field);
  ok(error.message.includes(field), error.message);
}

/** What is not a tenant id, each with a name. */
export const BAD_TENANTS: readonly (readonly [string, unknown])[] = [
  ['missing', undefined],
  ['null', null],
  ['a number', 5],
  ['empty', ''],
  ['blank', ' '],
  ['with white space around', ' acme'],
  ['with NUL', 'ac\u0000me'],
  ['with a line break', 'ac\nme'],
  ['with a lone surrogate', 'ac\ud800me'],
  ['over 512 bytes', 'é'.repeat(257)],
];

/** What is not an id, each with a name. */
export const BAD_IDS: readonly (readonly [string, unknown])[] = BAD_TENANTS;

export async function expectTenantRequired(call: (tenantId: never) => unknown): Promise<void> {
  for (const [, tenantId] of BAD_TENANTS) await expectRefused(() => call(tenantId as never), InvalidTenantError);
}
