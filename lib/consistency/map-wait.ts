import { setTimeout as delay } from 'node:timers/promises';
import type { EventStore } from '../event-store/event-store.js';
import type { MapDefinition } from '../projections/map-definition.js';
import type { RecordStore } from '../projections/stores/record-store.js';
import type { VersionResolver } from '../projections/versions/version-resolver.js';
import type { GroupQueue } from '../queue/group-queue.js';
import type { EventRouter } from '../runtime/event-router.js';
import type { Deadline } from './deadline.js';
import type { ProjectionWait } from './projection-wait.js';
import type { StreamRange } from './token-content.js';

/**
 * Waits for records of maps: every event that a map lists has a row, also one that it maps to nothing.
 *
 * What is not there once the lanes are passed is not staged again: the map may have failed at it, and its attempts would
 * hold up the lane for other aggregates.
 */
export class MapWait implements ProjectionWait<MapDefinition> {
  constructor(
    private readonly store: EventStore,
    private readonly records: RecordStore,
    private readonly versions: VersionResolver,
    private readonly queue: GroupQueue,
    private readonly router: EventRouter,
  ) {}

  async untilApplied(map: MapDefinition, range: StreamRange, deadline: Deadline): Promise<boolean> {
    const { stream, firstSequence: from, lastSequence: to } = range;
    if (stream.aggregateType !== map.aggregateType) return true;
    let events = 0;
    for await (const _ of this.store.read(stream, { from, to, types: [...map.types] })) events += 1;
    const isMapped = async (): Promise<boolean> => (await this.rows(map, range)) >= events;
    if (events === 0 || (await isMapped())) return true;
    const { tenantId, aggregateId } = stream;
    const missing = { tenantId, aggregateId, from, to, events: null };
    for (const { lane } of [this.router.mapJob(map, missing), this.router.missingMapJob(map, missing)]) {
      if (!(await this.queue.awaitLane(lane, deadline.leftMs))) return isMapped();
    }
    if (await isMapped()) return true;
    await delay(deadline.leftMs);
    return isMapped();
  }

  private async rows(
    map: MapDefinition,
    { stream: { tenantId, aggregateId }, firstSequence: from, lastSequence: to }: StreamRange,
  ): Promise<number> {
    const { result } = await this.versions.read(map, (version) =>
      this.records.count({ tenantId, projection: map.name, version, aggregateId, from, to }),
    );
    return result;
  }
}
