import { describe, expect, it } from 'vitest';
import type { BuildRecord } from '../../../../lib/runtime/builds/build-record.js';
import { BuildReports } from '../../../../lib/runtime/builds/build-reports.js';

const RECORD: BuildRecord = {
  ...{ kind: 'fold', name: 'baskets', version: 2, startedAt: 1_000, events: 9, aggregates: 3 },
  ...{ totalEvents: 9, totalAggregates: 3, eventsPerSecond: 9, isRead: true },
};

const reported = async (record: BuildRecord, active: number) => {
  const ledger = { list: async () => [{ record, writtenAt: 2_000 }] };
  const [status] = await new BuildReports(ledger, { all: [] }, { read: async () => [active] }).list();
  return [status!.status, status!.completedAt?.getTime()];
};

describe('the status of a build', () => {
  it('is complete once reads are answered from the version, and not before', async () => {
    expect(await reported(RECORD, 1)).toEqual(['finishing', undefined]);
    // Its worker may die right before the pointer is switched, or right after.
    expect(await reported({ ...RECORD, completedAt: 2_000 }, 1)).toEqual(['finishing', undefined]);
    expect(await reported({ ...RECORD, completedAt: 2_000 }, 2)).toEqual(['complete', 2_000]);
    expect(await reported({ ...RECORD, completedAt: 2_000 }, 3)).toEqual(['complete', 2_000]);
  });
});
