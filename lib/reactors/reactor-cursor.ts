import { foldOfLinks } from '../projections/links/link-streams.js';
import type { ProjectionKey } from '../projections/stores/projection-row.js';
import type { Lane } from '../queue/lane.js';
import type { ReactorDefinition } from './reactor-definition.js';

/** Names of projections of users do not begin so. */
const PREFIX = '$reactors:';

/** Under which name the cursors of a durable reactor stand. */
export function cursorsName({ name }: Pick<ReactorDefinition, 'name'>): string {
  return PREFIX + name;
}

/**
 * The version of the cursors that go with the streams of a type: 1, whatever the version of the fold, since the stream of
 * an aggregate is the same for all of them. The links of a fold with keys are streams of their own in each version.
 */
export function cursorsVersion(aggregateType: string): number {
  const component = foldOfLinks(aggregateType);
  return component === undefined ? 1 : Number(component.slice(component.lastIndexOf('@') + 1));
}

/** The row up to whose sequence a durable reactor has reacted to one stream. @param lane of the reactor */
export function cursorKey(
  reactor: Pick<ReactorDefinition, 'name'>,
  { tenantId, aggregateType, id }: Pick<Lane, 'tenantId' | 'aggregateType' | 'id'>,
): ProjectionKey {
  return { tenantId, projection: cursorsName(reactor), version: cursorsVersion(aggregateType), id };
}
