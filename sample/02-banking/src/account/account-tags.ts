import { createHash } from 'node:crypto';

/** What has to do with an account. */
export const accountTag = (accountId: string): string => `account:${accountId}`;

/**
 * What has to do with a name. Upper and lower case, accents written in one way or another, and spaces make no other name.
 * A digest of it, so that it is short whatever the name is.
 */
export function nameTag(customerName: string): string {
  const name = toPlainName(customerName).toLowerCase();
  return `name:${createHash('sha256').update(name).digest('hex')}`;
}

/** A name without spaces around it, and with single ones in it. */
export const toPlainName = (customerName: string): string => customerName.normalize('NFC').trim().replace(/\s+/g, ' ');
