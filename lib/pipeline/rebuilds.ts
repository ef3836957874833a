import type { PipelineDefinition } from './pipeline-definition.js';
import type { WiringProblems } from './wiring-problems.js';

/** How often each projection was built anew although its code is the same: that many versions it is ahead of its code. */
export class Rebuilds {
  private readonly counts: ReadonlyMap<string, number>;

  /** @param counts by the names of the projections */
  constructor(counts: Readonly<Record<string, number>>) {
    this.counts = new Map(Object.entries(counts));
  }

  /** What a decorator says of a projection, with the version that it has here. */
  apply<M extends { readonly name: string; readonly version?: number }>(metadata: M): M {
    const count = this.counts.get(metadata.name);
    return count === undefined ? metadata : { ...metadata, version: (metadata.version ?? 1) + count };
  }

  /** Reports names of no projection. */
  check(pipelines: readonly PipelineDefinition[], problems: WiringProblems): void {
    const names = new Set(pipelines.flatMap(({ folds, maps }) => [...folds, ...maps].map(({ name }) => name)));
    for (const name of this.counts.keys()) {
      if (!names.has(name)) problems.add(`The rebuilds of forRoot() name '${name}', which is no projection.`);
    }
  }
}
