import { encodeKey } from '../../tenancy/encode-key.js';

/** What all keys of one shard begin with. The braces keep them on one node of a cluster. */
export function shardPrefix(prefix: string, queue: string, shard: number): string {
  return `{${encodeKey(prefix, queue, shard)}}:`;
}

/** Where a worker waits for lanes of a component. */
export function wakeKey(shard: string, group: string): string {
  return `${shard}wake:${group}`;
}

/** The channel that names new answers. */
export function answeredChannel(shard: string): string {
  return `${shard}answered`;
}

/** The channel that names barriers which have passed. */
export function passedChannel(shard: string): string {
  return `${shard}passed`;
}
