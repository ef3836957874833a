import type { JsonValue } from '../../events/json-value.js';
import type { StreamId } from '../../event-store/stream-id.js';
import { encodeKey } from '../../tenancy/encode-key.js';
import type { FoldDefinition } from '../fold-definition.js';
import type { ProjectionKey, ProjectionRow } from '../stores/projection-row.js';

/** Names of projections of users do not begin so. */
const PREFIX = '$routes:';

/** Up to where an aggregate is routed to the keys of a fold. Any that was ever saved is one to go on from. */
export interface RouteCursor {
  readonly sequence: number;
  /** When the last event up to there was recorded; milliseconds since the epoch. */
  readonly updatedAt: number;
  /** Keys, as digests, that somebody has linked further than that, with the last sequence that is linked to them. */
  readonly ahead: Readonly<Record<string, number>>;
}

export const NO_CURSOR: RouteCursor = { sequence: 0, updatedAt: 0, ahead: {} };

/** What the names begin with under which the cursors of a fold stand, and those of no other. */
export function routesPrefix(name: string): string {
  return `${PREFIX}${encodeKey(name)}:`;
}

/** Under which name the cursors of a fold stand, of its sources of one type. */
export function routesName({ name }: Pick<FoldDefinition, 'name'>, aggregateType: string): string {
  return `${routesPrefix(name)}${aggregateType}`;
}

/** The row of a cursor: of one aggregate, in one version of the fold. */
export function cursorKey(
  fold: Pick<FoldDefinition, 'name' | 'version'>,
  { tenantId, aggregateType, aggregateId }: StreamId,
): ProjectionKey {
  return { tenantId, projection: routesName(fold, aggregateType), version: fold.version, id: aggregateId };
}

export function toCursor(row: ProjectionRow | null | undefined): RouteCursor {
  if (!row) return NO_CURSOR;
  const { ahead = {} } = row.state as Partial<RouteCursor>;
  return { sequence: row.sequence, updatedAt: row.updatedAt, ahead };
}

/** Mostly nobody is ahead. */
export function toRowState({ ahead }: Pick<RouteCursor, 'ahead'>): JsonValue {
  return Object.keys(ahead).length === 0 ? {} : { ahead };
}
