import { createHash, randomUUID } from 'node:crypto';

const LENGTH = 12;

/** The id of the account that a request opens: the same whenever that is repeated with its key. */
export function newAccountId(requestKey: string = randomUUID()): string {
  return createHash('sha256').update(requestKey).digest('hex').slice(0, LENGTH);
}
