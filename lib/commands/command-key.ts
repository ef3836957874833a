import { createHash } from 'node:crypto';
import type { CommandJob } from '../queue/job.js';
import { encodeKey } from '../tenancy/encode-key.js';

/** As long as the key of an append may be. */
const MAX_KEY_BYTES = 512;

/** The key of what a command stores. Ids are told apart by type: two commands about one thing may both have its id. */
export function commandKey({ type, commandId }: Pick<CommandJob, 'type' | 'commandId'>): string {
  const key = encodeKey(type, commandId);
  return key.length <= MAX_KEY_BYTES ? key : createHash('sha256').update(key).digest('base64url');
}
