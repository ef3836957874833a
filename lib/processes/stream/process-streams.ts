import type { StreamId } from '../../event-store/stream-id.js';
import type { TenantId } from '../../tenancy/tenant-id.js';

/** Types of users do not begin so. */
const INBOX = '$inbox:';
const PROCESS = '$process:';

/** The aggregate type of the streams of what the processes of a manager are told. */
export function inboxType(name: string): string {
  return INBOX + name;
}

/** The aggregate type of the streams of what they decided. */
export function processType(name: string): string {
  return PROCESS + name;
}

export function inboxStream(name: string, tenantId: TenantId, id: string): StreamId {
  return { tenantId, aggregateType: inboxType(name), aggregateId: id };
}

export function processStream(name: string, tenantId: TenantId, id: string): StreamId {
  return { tenantId, aggregateType: processType(name), aggregateId: id };
}

/** The process manager whose inboxes, or decisions, stand in streams of this type; undefined where it is none of them. */
export function processOfStream(
  aggregateType: string,
): { readonly name: string; readonly part: 'inbox' | 'process' } | undefined {
  if (aggregateType.startsWith(INBOX)) return { name: aggregateType.slice(INBOX.length), part: 'inbox' };
  if (aggregateType.startsWith(PROCESS)) return { name: aggregateType.slice(PROCESS.length), part: 'process' };
  return undefined;
}
