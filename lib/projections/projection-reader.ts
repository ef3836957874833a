import type { SkippedEvent } from './fold-skips.js';
import type { FoldClass } from './projection-class.js';
import type { ProjectionItem, ProjectionList } from './projection-item.js';
import type { ListOptions, PointInTime, SkippedOptions, TenantOption } from './projection-options.js';
import type { Projections } from './projections.js';

/** The reads of `Projections` that a reader passes on. */
type FoldReads = Pick<Projections, 'get' | 'getItem' | 'getMany' | 'has' | 'list' | 'at' | 'skipped'>;

/**
 * Reads one fold, always of one tenant: what `Projections` says, without the class, and with the type of its states.
 * From `projections.of(TraceSummary)`, or injected:
 *
 *     constructor(@InjectProjection(TraceSummary) private readonly summaries: ProjectionReader<TraceSummaryState>) {}
 *
 * @publicApi
 */
export class ProjectionReader<S> {
  constructor(
    private readonly projections: FoldReads,
    private readonly projection: FoldClass<S>,
  ) {}

  /** See `Projections.get`. */
  get(id: string, options?: TenantOption): Promise<S | null> {
    return this.projections.get(this.projection, id, options);
  }

  /** See `Projections.getItem`. */
  getItem(id: string, options?: TenantOption): Promise<ProjectionItem<S> | null> {
    return this.projections.getItem(this.projection, id, options);
  }

  /** See `Projections.getMany`. */
  getMany(ids: readonly string[], options?: TenantOption): Promise<readonly (S | null)[]> {
    return this.projections.getMany(this.projection, ids, options);
  }

  /** See `Projections.has`. */
  has(id: string, options?: TenantOption): Promise<boolean> {
    return this.projections.has(this.projection, id, options);
  }

  /** See `Projections.list`. */
  list(options?: ListOptions): Promise<ProjectionList<S>> {
    return this.projections.list(this.projection, options);
  }

  /** See `Projections.at`. */
  at(id: string, point: PointInTime & TenantOption): Promise<ProjectionItem<S> | null> {
    return this.projections.at(this.projection, id, point);
  }

  /** See `Projections.skipped`. */
  skipped(id: string, options?: SkippedOptions): Promise<readonly SkippedEvent[]> {
    return this.projections.skipped(this.projection, id, options);
  }
}
