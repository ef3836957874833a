import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import type { LogProblemCode } from '../../../maintenance/log-report.js';
import { InvalidTenantError } from '../../../tenancy/invalid-tenant.error.js';
import { items, LONG_AGO, newStream, storedItems, upTo } from '../event-store/event-store-cases.js';
import { goodRow, type LogMaintenanceCases } from './log-maintenance-cases.js';

export function verifyCases({ expect, test, storage, maintenance }: LogMaintenanceCases): void {
  test('is asked about a log that says at what time it records', async () => {
    const { events, log } = storage();
    const before = await log.now();
    const { events: recorded } = await events.append(newStream(), items(1));
    const after = await log.now();
    expect(before).toBeLessThanOrEqual(recorded[0]!.recordedAt.getTime());
    expect(recorded[0]!.recordedAt.getTime()).toBeLessThanOrEqual(after);
  });

  test('finds nothing in a good log, and says what it walked', async () => {
    const stream = newStream();
    const { tenantId } = stream;
    const emptied = { ...stream, aggregateId: 'emptied' };
    const revived = { ...stream, aggregateId: 'revived' };
    await storage().events.append(stream, items(30), { key: 'k' });
    for (const old of [emptied, revived]) await storage().log.restore(old, storedItems(old, upTo(4)));
    await maintenance().applyRetention({ tenantId, olderThanDays: 1 });
    await storage().events.append(revived, items(2));
    await storage().events.append(newStream(), items(2));
    expect(await maintenance().verifyLog({ tenantId })).toEqual({
      streams: 3,
      events: 32,
      emptiedStreams: 2,
      counts: {},
      problems: [],
    });
    expect(await maintenance().verifyLog({ tenantId, aggregateType: 'order' })).toMatchObject({
      streams: 0,
      events: 0,
    });
  });

  test('reports every kind of bad row with its place, and goes on behind it', async () => {
    const template = newStream();
    const { tenantId } = template;
    const wanted: [LogProblemCode, string, number][] = [];
    const plant = async (
      code: LogProblemCode,
      aggregateId: string,
      at: number,
      rows: (stream: typeof template) => ReturnType<typeof goodRow>[],
    ): Promise<void> => {
      const stream = { ...template, aggregateId };
      await storage().log.restore(stream, storedItems(stream, upTo(2)));
      await storage().plant(rows(stream));
      wanted.push([code, aggregateId, at]);
    };
    await plant('undecodable', 'a payload', 3, (s) => [goodRow(s, 3, { payload: '{"cut": ' }), goodRow(s, 4)]);
    await plant('undecodable', 'b payload', 3, (s) => [goodRow(s, 3, { payload: '[1]' }), goodRow(s, 4)]);
    await plant('unknown-type', 'd type', 3, (s) => [goodRow(s, 3, { type: 'nobody.declares' }), goodRow(s, 4)]);
    await plant('newer-version', 'e version', 3, (s) => [goodRow(s, 3, { version: 3 }), goodRow(s, 4)]);
    await plant('undecodable', 'f version', 3, (s) => [goodRow(s, 3, { version: 1 }), goodRow(s, 4)]);
    await plant('invalid', 'g rules', 3, (s) => [goodRow(s, 3, { payload: '{"name":7,"quantity":1}' }), goodRow(s, 4)]);
    await plant('hole', 'h hole', 5, (s) => [goodRow(s, 5), goodRow(s, 6)]);
    await plant('doubled-sequence', 'i double', 2, (s) => [goodRow(s, 2, { recordedAt: LONG_AGO + 3 })]);
    await plant('time-falls', 'j time', 3, (s) => [goodRow(s, 3, { recordedAt: LONG_AGO - 1 })]);
    const report = await maintenance().verifyLog({ tenantId });
    expect(report.problems.map(({ code, aggregateId, sequence }) => [code, aggregateId, sequence])).toEqual(wanted);
    for (const problem of report.problems) {
      expect(problem).toMatchObject({ tenantId, aggregateType: 'basket', eventId: expect.any(String) });
      expect(problem.detail).not.toBe('');
    }
    expect(report).toMatchObject({ streams: 9, events: 34, counts: { undecodable: 3, hole: 1, invalid: 1 } });
    const bounded = await maintenance().verifyLog({ tenantId, maxProblems: 2 });
    expect(bounded.problems).toEqual(report.problems.slice(0, 2));
    expect(bounded.counts).toEqual(report.counts);
  });

  test('reports metadata that is no JSON object', async () => {
    const stream = newStream();
    await storage().log.restore(stream, storedItems(stream, [1]));
    await storage().plant([goodRow(stream, 2, { metadata: '7' }), goodRow(stream, 3, { metadata: '[]' })]);
    const { problems } = await maintenance().verifyLog({ tenantId: stream.tenantId });
    expect(problems.map(({ code, sequence }) => [code, sequence])).toEqual([
      ['undecodable', 2],
      ['undecodable', 3],
    ]);
  });

  test('reports a stream that does not begin at 1, unless retention removed its beginning', async () => {
    const stream = newStream();
    await storage().log.restoreEmptied({ ...stream, head: 2, recordedAt: LONG_AGO });
    await storage().log.restore(stream, storedItems(stream, [3]));
    const broken = { ...stream, aggregateId: 'two' };
    await storage().plant([goodRow(broken, 3)]);
    const { problems } = await maintenance().verifyLog({ tenantId: stream.tenantId });
    expect(problems).toMatchObject([{ code: 'hole', aggregateId: 'two', sequence: 3 }]);
  });

  test('refuses what is no query', async () => {
    await expect(maintenance().verifyLog({ tenantId: '' as never })).rejects.toBeInstanceOf(InvalidTenantError);
    for (const query of [{ maxProblems: 0 }, { aggregateType: '' }]) {
      await expect(maintenance().verifyLog(query)).rejects.toBeInstanceOf(InvalidArgumentError);
    }
  });
}
