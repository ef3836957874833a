import { type Effect, type Kept, TAKE_DURABLY } from './effects.js';
import { type Heads, nameOf, sourceName, type Stream } from './streams.js';

/** To which events a reactor must have reacted. */
export interface Reactions {
  readonly reactor: string;
  /** Not to these, which were there before it. */
  readonly silentUpTo?: Heads;
  /** To all that follow these; to those in between it may have. @default all */
  readonly wholeSince?: Heads;
}

/** Each reactor took effect for each event at least once, with a state at or after it, and for nothing else. */
export function effectWrongs(
  streams: readonly Stream[],
  effects: readonly Effect[],
  { reactor, silentUpTo, wholeSince }: Reactions,
): readonly string[] {
  const taken = new Set<string>();
  const wrongs: string[] = [];
  const lengths = new Map(streams.map(({ tenantId, id, events }) => [nameOf(tenantId, id), events.length]));
  for (const effect of effects.filter((one) => one.reactor === reactor)) {
    const { tenantId, id, sequence, foldSequence, count } = effect;
    const name = sourceName(tenantId, id, sequence);
    const stream = nameOf(tenantId, id);
    taken.add(name);
    // Every event counts, so the state of a sequence has that count.
    if (foldSequence < sequence || count !== foldSequence) wrongs.push(`${reactor} of ${name} with ${count} counted`);
    if (sequence > (lengths.get(stream) ?? 0)) wrongs.push(`${reactor} of ${name}, which is no event`);
    if (sequence <= (silentUpTo?.get(stream) ?? 0)) wrongs.push(`${reactor} of ${name}, which is history`);
  }
  for (const { tenantId, id, events } of streams) {
    const since = wholeSince?.get(nameOf(tenantId, id)) ?? 0;
    for (const { sequence } of events.slice(since)) {
      const name = sourceName(tenantId, id, sequence);
      if (!taken.has(name)) wrongs.push(`no ${reactor} of ${name}`);
    }
  }
  return wrongs;
}

/**
 * The durable reactor took no effect in a batch that asked for the cursor after it stood on record past the event: what
 * is repeated is explained by a process that died, or lost its lane, before it could put on record what it had done.
 */
export function repeatWrongs(effects: readonly Effect[], kept: readonly Kept[]): readonly string[] {
  const cursors = new Map<string, Kept[]>();
  for (const one of kept) {
    const name = nameOf(one.tenantId, one.id);
    cursors.set(name, [...(cursors.get(name) ?? []), one]);
  }
  return effects
    .filter(({ reactor }) => reactor === TAKE_DURABLY)
    .filter(({ tenantId, id, sequence, askedAt }) =>
      cursors.get(nameOf(tenantId, id))?.some((cursor) => cursor.sequence >= sequence && cursor.keptAt < askedAt!),
    )
    .map(
      ({ tenantId, id, sequence }) => `${TAKE_DURABLY} of ${sourceName(tenantId, id, sequence)}, which was on record`,
    );
}
