import type { EventStore } from '../../event-store/event-store.js';
import type { StreamHead } from '../../event-store/stream-head.js';
import type { MapDefinition } from '../../projections/map-definition.js';
import type { RecordCount, RecordStore } from '../../projections/stores/record-store.js';
import type { StagedJob } from '../../queue/staged-job.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { type Progress, withProgress } from '../behind.js';
import type { EventRouter } from '../event-router.js';
import type { Comparison } from './comparison.js';

/**
 * A map has one row an event, also for those mapped to nothing, so a smaller number of rows than of events says that
 * some are missing; all of the aggregate are then mapped again, which changes nothing for those that are there. So they are
 * where a row is of a later event than the head: what was mapped between the two looks may stand for one that is missing.
 * Where retention has removed events their rows are still there, and a number says nothing: what is left of such a stream is
 * always mapped again.
 */
export class MapComparison implements Comparison {
  readonly kind = 'map';
  readonly component: string;

  constructor(
    private readonly map: MapDefinition,
    private readonly store: Pick<EventStore, 'heads'>,
    private readonly records: Pick<RecordStore, 'counts'>,
    private readonly router: Pick<EventRouter, 'missingMapJob'>,
  ) {
    this.component = map.component;
  }

  async *lack(tenantId?: TenantId, signal?: AbortSignal): AsyncIterable<StagedJob> {
    const { name, version, aggregateType, types } = this.map;
    const heads = this.store.heads({ aggregateType, types: [...types], tenantId });
    const progress = toProgress(this.records.counts(name, version, tenantId));
    for await (const { head, value, upTo = 0 } of withProgress(heads, progress, signal)) {
      const { aggregateId, sequence: to } = head;
      if (value >= rowsWanted(head) && upTo <= to) continue;
      yield this.router.missingMapJob(this.map, { tenantId: head.tenantId, aggregateId, from: 1, to, events: null });
    }
  }
}

function rowsWanted({ count, emptiedHead }: StreamHead): number {
  return emptiedHead === undefined ? count : Number.POSITIVE_INFINITY;
}

async function* toProgress(rows: AsyncIterable<RecordCount>): AsyncIterable<Progress> {
  for await (const { tenantId, aggregateId, count, lastSequence } of rows) {
    yield { tenantId, id: aggregateId, value: count, upTo: lastSequence };
  }
}
