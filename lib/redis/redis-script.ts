import { createHash } from 'node:crypto';

/** One atomic step on the server. Its file says what KEYS and ARGV are and what it answers. */
export interface RedisScript {
  /** For errors. */
  readonly name: string;
  readonly lua: string;
  readonly sha1: string;
}

export function defineScript(name: string, lua: string): RedisScript {
  return { name, lua, sha1: createHash('sha1').update(lua).digest('hex') };
}
