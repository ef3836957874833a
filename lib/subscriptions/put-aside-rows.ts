import { createHash } from 'node:crypto';
import type { ProjectionKey, ProjectionRow } from '../projections/stores/projection-row.js';
import type { ProjectionStore } from '../projections/stores/projection-store.js';
import { encodeKey } from '../tenancy/encode-key.js';
import { prefixOfCursors } from './subscription-streams.js';

/** Names of projections of users do not begin so. */
const MARKS = '$aside:';
const EVENTS = '$put-aside:';
/** Of any sequence, so that the order of the texts is that of the numbers. */
const DIGITS = String(Number.MAX_SAFE_INTEGER).length;

/** How far an event came that its stream went on without: the sequence of its row, which only ever rises. */
export const AsideStage = {
  putAside: 1,
  /** It is among the dead letters, so that its next job is a new attempt. */
  told: 2,
  /** It was done after all, or given up: for ever. */
  over: 3,
} as const;

/** An event that failed in the end, and that its stream went on without. */
export interface PutAsideEvent {
  readonly sequence: number;
  /** Why. */
  readonly error: string;
  /** Whether it is among the dead letters already. */
  readonly told: boolean;
}

/** The row beside a cursor whose sequence is that of the last event that was ever put aside of its stream. */
export function asideKey({ tenantId, projection, version, id }: ProjectionKey): ProjectionKey {
  return { tenantId, projection: asideName(projection), version, id };
}

export function asideName(projection: string): string {
  return MARKS + projection;
}

/** The row of one event. Those of one stream are a projection, so that they can be gone through in their order. */
export function putAsideKey(cursor: ProjectionKey, sequence: number): ProjectionKey {
  return { ...cursor, projection: eventsName(cursor), id: String(sequence).padStart(DIGITS, '0') };
}

/** @returns undefined when the event stands aside no more, or never did */
export function readPutAside(sequence: number, row: ProjectionRow | null | undefined): PutAsideEvent | undefined {
  if (!row || row.sequence >= AsideStage.over) return undefined;
  const { error } = row.state as Pick<PutAsideEvent, 'error'>;
  return { sequence, error, told: row.sequence === AsideStage.told };
}

/** The sequences of the events that stand aside of a part of a stream, both ends inclusive, in order and page by page. */
export async function* listPutAside(
  projections: ProjectionStore,
  cursor: ProjectionKey,
  from = 1,
  to = Number.POSITIVE_INFINITY,
): AsyncIterable<number> {
  for await (const { id, sequence: stage } of projections.sequences(
    eventsName(cursor),
    cursor.version,
    cursor.tenantId,
  )) {
    const sequence = Number(id);
    if (sequence > to) return;
    if (sequence >= from && stage < AsideStage.over) yield sequence;
  }
}

/** What the names begin with under which the events of a subscription stand that were put aside, and those of no other. */
export function putAsidePrefix(cursors: string): string {
  return `${EVENTS}${digest(cursors)}:`;
}

/** Names of streams are too long to be parts of others. */
function eventsName({ projection, id }: ProjectionKey): string {
  return putAsidePrefix(prefixOfCursors(projection)) + digest(encodeKey(projection, id));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
