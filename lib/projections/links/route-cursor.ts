import type { StreamId } from '../../event-store/stream-id.js';
import type { FoldDefinition } from '../fold-definition.js';
import type { ProjectionKey } from '../stores/projection-row.js';

/** Names of projections of users do not begin so. */
const PREFIX = '$routes:';

/** Under which name the cursors of a fold stand, of its sources of one type. */
export function routesName({ name }: Pick<FoldDefinition, 'name'>, aggregateType: string): string {
  return `${PREFIX}${name}:${aggregateType}`;
}

/** The row that says up to where an aggregate is routed to the keys of a fold, in a version of it. */
export function cursorKey(fold: FoldDefinition, { tenantId, aggregateType, aggregateId }: StreamId): ProjectionKey {
  return { tenantId, projection: routesName(fold, aggregateType), version: fold.version, id: aggregateId };
}
