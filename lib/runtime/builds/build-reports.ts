import type { ActiveVersions } from '../../projections/versions/active-versions.js';
import { compareText } from '../../tenancy/compare-text.js';
import type { BuildLedger } from './build-ledger.js';
import { type ProjectionBuildStatus, toBuildStatus } from './projection-build-status.js';
import type { BuiltProjection, UnbuiltVersions } from './unbuilt-versions.js';

/** Tells how far builds have come, whichever process makes them. */
export class BuildReports {
  constructor(
    private readonly ledger: Pick<BuildLedger, 'list'>,
    private readonly unbuilt: Pick<UnbuiltVersions, 'all'>,
    private readonly versions: Pick<ActiveVersions, 'read'>,
  ) {}

  /** By projection and version. */
  async list(): Promise<readonly ProjectionBuildStatus[]> {
    const records = await this.ledger.list();
    const active = await this.versions.read(records.map(({ record }) => record.name));
    const begun = records.map((written, index) => toBuildStatus(written, active[index]!));
    const waiting = this.unbuilt.all.filter(
      ({ name, version }) => !begun.some((one) => one.projection === name && one.version === version),
    );
    return [...begun, ...waiting.map(toWaiting)].toSorted(
      (one, other) => compareText(one.projection, other.projection) || one.version - other.version,
    );
  }
}

function toWaiting({ name, version, kind }: BuiltProjection): ProjectionBuildStatus {
  const figures = { events: 0, aggregates: 0, totalEvents: 0, totalAggregates: 0, eventsPerSecond: 0 };
  return { projection: name, version, kind, status: 'waiting', ...figures, remainingEvents: 0, remainingMs: null };
}
