import { ImportConflictError } from '../../../maintenance/import-conflict.error.js';
import { ImportRefusedError } from '../../../maintenance/import-refused.error.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import { collect } from '../collect.js';
import { ItemRemoved, Noted } from '../contract-events.js';
import { items, newStream, storedItems, upTo } from '../event-store/event-store-cases.js';
import { goodRow, linesOf, otherLog, type LogMaintenanceCases } from './log-maintenance-cases.js';

export function exportAndImportCases({ expect, test, storage, maintenance, context }: LogMaintenanceCases): void {
  /** A tenant with appends of all sorts. */
  async function someTenant(): Promise<TenantId> {
    const stream = newStream();
    const { tenantId } = stream;
    const { events, log } = storage();
    await events.append(stream, items(5), { key: 'k1' });
    await events.append(stream, [{ data: new Noted({ text: '\u0000 \u2028 😀 \\u0041', nested: [1.5, null] }) }]);
    await events.append(stream, [{ data: new ItemRemoved('x'), metadata: { userId: 'ü"\n' } }], { key: 'ключ 😀' });
    const long = { ...stream, aggregateType: 'long' };
    await events.append(long, items(2_500), { key: 'all of them' });
    await events.append(long, items(30));
    for (const aggregateId of ['emptied', 'revived']) {
      const old = { ...stream, aggregateId };
      await log.restore(old, storedItems(old, upTo(3), 'gone'));
    }
    await maintenance().applyRetention({ tenantId, olderThanDays: 1 });
    await events.append({ ...stream, aggregateId: 'revived' }, items(2));
    const small = upTo(60).map((n) => ({ ...stream, aggregateType: 'small', aggregateId: `${n}` }));
    await Promise.all(small.map((one) => events.append(one, items(2))));
    return tenantId;
  }

  test('gives a log whose reads equal those of the source, here and in another installation', async () => {
    const tenantId = await someTenant();
    const { events } = storage();
    const stream = { tenantId, aggregateType: 'basket', aggregateId: 'one' };
    const scanned = await collect(events.scan({ tenantId }));
    const keys = ['k1', 'ключ 😀'];
    const appended = await events.appended(stream, keys);
    const exported = await collect(maintenance().exportLog({ tenantId }));
    expect(JSON.parse(exported[0]!)).toMatchObject({ log: { format: 'event-sourcing-log', version: 1, tenantId } });
    expect(JSON.parse(exported.at(-1)!)).toEqual({ end: { events: scanned.length, emptied: 2 } });
    expect(exported.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);

    const other = await otherLog(context());
    const result = { events: scanned.length, skipped: 0, emptiedStreams: 2 };
    expect(await other.maintenance.importLog(exported)).toEqual(result);
    expect(await linesOf(other.maintenance.exportLog())).toEqual(exported.slice(1));

    await maintenance().forgetTenant(tenantId);
    expect(await collect(events.scan({ tenantId }))).toEqual([]);
    expect(await maintenance().importLog(other.maintenance.exportLog())).toEqual(result);
    expect(await collect(events.scan({ tenantId }))).toEqual(scanned);
    expect(await linesOf(maintenance().exportLog({ tenantId }))).toEqual(exported.slice(1));
    expect(await events.appended(stream, keys)).toEqual(appended);
    expect(await events.head({ ...stream, aggregateId: 'emptied' })).toBe(3);
    expect((await events.append({ ...stream, aggregateId: 'emptied' }, items(1))).firstSequence).toBe(4);
    expect((await events.append({ ...stream, aggregateType: 'long' }, items(1))).firstSequence).toBe(2_531);
    expect((await maintenance().verifyLog({ tenantId })).problems).toEqual([]);
  });

  test('can be cut anywhere and begun again, and stores nothing twice', async () => {
    const tenantId = await someTenant();
    const exported = await collect(maintenance().exportLog({ tenantId }));
    await maintenance().forgetTenant(tenantId);
    for (const length of [1, 2, 5, 1_500, 2_520, exported.length - 1]) {
      const cut = await maintenance()
        .importLog(exported.slice(0, length).map((line) => line.trimEnd()))
        .catch((error: unknown) => error);
      expect(cut).toBeInstanceOf(ImportRefusedError);
      expect((cut as ImportRefusedError).line).toBe(length + 1);
    }
    const result = await maintenance().importLog(exported);
    // The last stream waited for its end, which came only now; a header, two emptied streams and a trailer are no events.
    expect(result).toEqual({ events: 2, skipped: exported.length - 6, emptiedStreams: 2 });
    expect(await linesOf(maintenance().exportLog({ tenantId }))).toEqual(exported.slice(1));
    // The source went on meanwhile.
    const stream = { tenantId, aggregateType: 'small', aggregateId: '7' };
    const other = await otherLog(context());
    await other.maintenance.importLog(exported);
    await other.storage.events.append(stream, items(3));
    expect(await maintenance().importLog(other.maintenance.exportLog())).toMatchObject({ events: 3 });
    expect(await storage().events.head(stream)).toBe(5);
  });

  test('refuses what is not the whole export of a log, and says at which line', async () => {
    const header = JSON.stringify({ log: { format: 'event-sourcing-log', version: 1, exportedAt: '' } });
    let stream = newStream();
    const line = (sequence: number, changes = {}) => JSON.stringify({ event: goodRow(stream, sequence, changes) });
    const end = (events: number) => JSON.stringify({ end: { events, emptied: 0 } });
    // Each with a stream of its own.
    const refused = (): readonly [number, readonly string[]][] => [
      [1, []],
      [1, ['']],
      [1, ['{']],
      [1, [line(1)]],
      [1, ['{"log":{"format":"other","version":1}}']],
      [1, ['{"log":{"format":"event-sourcing-log","version":2}}']],
      [2, [header]],
      [2, [header, header]],
      [2, [header, '{"event":{},"end":{}}']],
      [2, [header, '{"what":{}}']],
      [2, [header, 'null']],
      [2, [header, line(2), end(1)]],
      [3, [header, line(1), line(3), end(2)]],
      [3, [header, line(1), line(1), end(2)]],
      [3, [header, line(1), line(1, { aggregateId: 'a' }), end(2)]],
      [3, [header, line(1), end(2)]],
      [3, [header, line(1)]],
      [4, [header, line(1), end(1), line(2)]],
      ...[
        { tenantId: '' },
        { aggregateId: 'a\u0000' },
        { id: 'x' },
        { sequence: 0 },
        { sequence: '1' },
        { version: 0 },
        { version: 1.5 },
        { type: '' },
        { payload: '[]' },
        { payload: '{' },
        { payload: 7 },
        { metadata: '[]' },
        { metadata: {} },
        { occurredAt: null },
        { recordedAt: 1e300 },
        { key: '' },
      ].map((changes): [number, string[]] => [2, [header, line(1, changes), end(1)]]),
    ];
    for (const index of refused().keys()) {
      stream = newStream();
      const [at, lines] = refused()[index]!;
      const error = await maintenance()
        .importLog(lines)
        .catch((cause: unknown) => cause);
      expect([lines.at(-1), error]).toEqual([lines.at(-1), expect.any(ImportRefusedError)]);
      expect([lines, (error as ImportRefusedError).line]).toEqual([lines, at]);
    }
    const good = [header, line(1), line(2), end(2), ''];
    expect(await maintenance().importLog(good)).toMatchObject({ events: 2 });
  });

  test('refuses to mix two logs', async () => {
    const stream = newStream();
    await storage().events.append(stream, items(2));
    const other = await otherLog(context());
    await other.storage.events.append(stream, items(4));
    const error = await maintenance()
      .importLog(other.maintenance.exportLog())
      .catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ImportConflictError);
    expect(error).toMatchObject({ stream, sequence: 1 });
    expect(await storage().events.head(stream)).toBe(2);
  });

  test('exports broken rows as they stand', async () => {
    const stream = newStream();
    const broken = goodRow(stream, 1, { payload: '{"cut"', metadata: '[]', type: 'nobody.declares' });
    await storage().plant([broken]);
    const [line] = await linesOf(maintenance().exportLog({ tenantId: stream.tenantId }));
    expect(JSON.parse(line!)).toEqual({ event: broken });
  });
}
