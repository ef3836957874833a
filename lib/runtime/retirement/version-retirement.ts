import { checkProjectionVersion } from '../../projections/stores/check-fields.js';
import { gapsName } from '../../projections/fold-gaps.js';
import { skipsName } from '../../projections/fold-skips.js';
import { linksType } from '../../projections/links/link-streams.js';
import { routesPrefix } from '../../projections/links/route-cursor.js';
import type { PipelineRegistry } from '../../pipeline/pipeline-registry.js';
import type { FoldReference, MapReference } from '../../projections/projection-class.js';
import type { ProjectionRegistry } from '../../projections/projection-registry.js';
import type { ActiveVersions } from '../../projections/versions/active-versions.js';
import type { GroupQueue } from '../../queue/group-queue.js';
import { cursorsName, cursorsVersion } from '../../reactors/reactor-cursor.js';
import type { Storage } from '../../storage/storage.js';
import type { BuildLedger } from '../builds/build-ledger.js';
import { birthsName } from '../component-births.js';
import type { RetiredVersion } from './retired-version.js';
import { VersionActiveError } from './version-active.error.js';
import { VersionInUseError } from './version-in-use.error.js';

/** Kinds of the lanes that a version of a projection may have. */
const KINDS = ['fold', 'map', 'route'] as const;

export interface VersionRetirementTools {
  readonly pipelines: PipelineRegistry;
  readonly registry: ProjectionRegistry;
  readonly versions: ActiveVersions;
  readonly queue: GroupQueue;
  readonly storage: Pick<Storage, 'log' | 'projections' | 'records'>;
  readonly ledger: BuildLedger;
}

/** Removes what is left of a version of a projection that no process runs any more. */
export class VersionRetirement {
  constructor(private readonly tools: VersionRetirementTools) {}

  /** @throws InvalidArgumentError, VersionActiveError, VersionInUseError, StoreUnavailableError, QueueUnavailableError */
  async retire(projection: FoldReference<unknown> | MapReference<unknown>, version: number): Promise<RetiredVersion> {
    const name = typeof projection === 'string' ? projection : this.tools.registry.foldOrMap(projection).name;
    checkProjectionVersion('', { projection: name, version });
    const component = `${name}@${version}`;
    await this.check(name, version, component);
    const { queue, storage, ledger } = this.tools;
    const { log, projections, records } = storage;
    // What leads to more comes first: jobs to links, links to rows.
    let jobs = 0;
    for (const kind of KINDS) jobs += await queue.forgetComponent({ kind, component });
    await log.drop(linksType(component));
    for (const prefix of [routesPrefix(name), skipsName(routesPrefix(name))]) {
      await projections.drop(prefix, version, 'prefix');
    }
    const rows = await projections.drop(name, version);
    for (const beside of [skipsName(name), gapsName(name)]) await projections.drop(beside, version);
    for (const cursors of this.linkCursors(name, version)) {
      for (const one of [cursors, skipsName(cursors)]) await projections.drop(one, version);
    }
    const retired = { jobs, rows, records: await records.drop(name, version) };
    // Last: with what says that the version was there, it is seen to be left when this was cut.
    await ledger.remove(component);
    await projections.drop(birthsName(name), version);
    return retired;
  }

  /** How far durable reactors had come on its links. Cursors that they go by today stay. */
  private linkCursors(name: string, version: number): readonly string[] {
    return [...this.tools.pipelines.reactors.values()]
      .filter(({ fold }) => fold.name === name && cursorsVersion(fold.aggregateType) !== version)
      .map(cursorsName);
  }

  private async check(name: string, version: number, component: string): Promise<void> {
    const { pipelines, versions, queue } = this.tools;
    const [active] = await versions.read([name]);
    if (active === version) throw new VersionActiveError(component);
    const isOwn = pipelines.folds.has(component) || pipelines.maps.has(component);
    if (isOwn) throw new VersionInUseError(component);
    const { routes } = await queue.routes.live();
    if (routes.some((route) => route.component === component)) throw new VersionInUseError(component);
  }
}
