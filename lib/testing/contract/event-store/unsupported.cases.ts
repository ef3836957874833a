import { UnsupportedError } from '../../../errors/unsupported.error.js';
import { expectInvalid, expectRefused } from '../expect-refused.js';
import { items, newStream } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

/** Where a log has no condition but those of a stream. */
export function unsupportedCases({ expect, test, store }: EventStoreCases): void {
  test('refuses a condition, and says what to use instead', async () => {
    const stream = newStream();
    const condition = { query: { types: ['contract.item_added'] } };
    const error = await expectRefused(() => store().append(stream, items(1), { condition }), UnsupportedError);
    expect(error).toMatchObject({ code: 'UNSUPPORTED', kind: 'permanent', adapter: 'ClickHouse' });
    expect(error.message).toContain('PostgreSQL');
    expect(await store().head(stream)).toBe(0);
  });

  test('refuses to append to several streams, or to one in this way', async () => {
    const stream = newStream();
    await expectRefused(() => store().appendAll([{ stream, events: items(1) }]), UnsupportedError);
    await expectInvalid(() => store().appendAll([]), 'appends');
    expect(await store().head(stream)).toBe(0);
  });
}
