import type { ProjectionKey } from '../projections/stores/projection-row.js';
import type { Lane } from '../queue/lane.js';
import { encodeKey } from '../tenancy/encode-key.js';
import { RESERVED_PREFIX } from '../tenancy/reserved-prefix.js';
import type { SubscriptionDefinition } from './subscription-definition.js';

/** Names of users do not begin so. */
const PARTITIONS = `${RESERVED_PREFIX}partitions:`;
const CURSORS = `${RESERVED_PREFIX}subscriptions:`;

/** Names the routes of a subscription beside those of folds and processes; and its birth, and its cursors. */
export function subscriptionComponent(name: string): string {
  return `${RESERVED_PREFIX}subscription:${name}`;
}

/** The aggregate type of the streams of partitions, of links to the events that are told. */
export function partitionsType(name: string): string {
  return PARTITIONS + name;
}

/** The subscription whose partitions streams of this type are; undefined for streams of anything else. */
export function subscriptionOfPartitions(aggregateType: string): string | undefined {
  return aggregateType.startsWith(PARTITIONS) ? aggregateType.slice(PARTITIONS.length) : undefined;
}

/** Types of the streams that a subscription goes along: of its aggregates, or of its partitions. */
export function streamTypes({ route, sources }: Pick<SubscriptionDefinition, 'route' | 'sources'>): readonly string[] {
  return route ? [route.aggregateType] : sources;
}

/** What the names begin with under which the cursors of a subscription stand, and those of no other. */
export function cursorsPrefix({ name }: Pick<SubscriptionDefinition, 'name'>): string {
  return `${CURSORS}${encodeKey(name)}:`;
}

/** The same, out of one of these names. */
export function prefixOfCursors(projection: string): string {
  return projection.slice(0, projection.indexOf(':', CURSORS.length) + 1);
}

/** Under which name the cursors of a subscription stand, of its streams of one type. */
export function cursorsName(subscription: Pick<SubscriptionDefinition, 'name'>, aggregateType: string): string {
  return cursorsPrefix(subscription) + aggregateType;
}

/** The row up to whose sequence a stream was told. @param lane of the subscription */
export function cursorKey(
  subscription: Pick<SubscriptionDefinition, 'name'>,
  { tenantId, aggregateType, id }: Pick<Lane, 'tenantId' | 'aggregateType' | 'id'>,
): ProjectionKey {
  return { tenantId, projection: cursorsName(subscription, aggregateType), version: 1, id };
}
