import type { EventStore } from '../../event-store/event-store.js';
import type { PipelineRegistry } from '../../pipeline/pipeline-registry.js';
import type { FoldDefinition } from '../../projections/fold-definition.js';
import type { MapDefinition } from '../../projections/map-definition.js';
import type { ActiveVersions } from '../../projections/versions/active-versions.js';
import type { BuildLedger } from './build-ledger.js';
import { hasHistory, historyOf } from '../has-history.js';

/** What is built from the log when its version is new. */
export type BuiltProjection = FoldDefinition | MapDefinition;

/**
 * The projections of this process whose version is not complete yet: it is new, on a log with history. They are built
 * (`BuildRunner`), and not compared with the log before that has been done.
 */
export class UnbuiltVersions {
  private readonly unbuilt = new Map<string, BuiltProjection>();

  constructor(
    private readonly pipelines: PipelineRegistry,
    private readonly store: EventStore,
    private readonly versions: ActiveVersions,
    private readonly ledger: BuildLedger,
  ) {}

  /** Those that are left, in the order of the pipelines. */
  get all(): readonly BuiltProjection[] {
    return [...this.unbuilt.values()];
  }

  /**
   * Whether a compare with the log is to leave a component out, because its build is still reading the log: the build
   * compares it after that, and so after whatever was in the log when it was asked here.
   */
  async isLeftOut(component: string): Promise<boolean> {
    return this.unbuilt.has(component) && !(await this.ledger.load(component))?.isRead;
  }

  /** Finds them at a start. Versions without history are complete from the beginning. */
  async find(): Promise<void> {
    for (const projection of await this.inactive()) {
      if (await hasHistory(this.store, historyOf(projection))) this.unbuilt.set(projection.component, projection);
      else await this.versions.activate(projection);
    }
  }

  /** For a process that builds nothing, and may append before any does: only lets those be complete that have no history. */
  async noteBeginnings(): Promise<void> {
    for (const projection of await this.inactive()) {
      if (!(await hasHistory(this.store, historyOf(projection)))) await this.versions.activate(projection);
    }
  }

  /** Whether another process has completed one meanwhile. */
  async isComplete(projection: BuiltProjection): Promise<boolean> {
    const [active] = await this.versions.read([projection.name]);
    if (active! < projection.version) return false;
    this.unbuilt.delete(projection.component);
    return true;
  }

  /** Lets reads be answered from one. */
  async complete(projection: BuiltProjection): Promise<void> {
    await this.versions.activate(projection);
    this.unbuilt.delete(projection.component);
  }

  private async inactive(): Promise<readonly BuiltProjection[]> {
    const projections = [...this.pipelines.folds.values(), ...this.pipelines.maps.values()];
    const active = await this.versions.read(projections.map(({ name }) => name));
    return projections.filter(({ version }, index) => active[index]! < version);
  }
}
