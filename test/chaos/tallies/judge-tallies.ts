import type { INestApplicationContext } from '@nestjs/common';
import {
  EventStore,
  type FoldClass,
  type ProjectionItem,
  Projections,
  type RecordedEvent,
  type TenantId,
} from '../../../lib/index.js';
import type { Link } from '../../../lib/projections/links/link.event.js';
import { readEffects } from './effects.js';
import { readFed } from './feeder.js';
import { pieceAt, TENANTS } from './pieces.js';
import { Counted, Counts, Residues, residueOf, Tallies, type Tally, TALLY } from './tallies.js';
import type { TallySettings } from './tally-plan.js';

/** The streams of links of `Residues`. */
const LINKS = '$links:residues@1';
const PAGE = 1_000;
const READS_AT_ONCE = 20;
const MAX_RECORDS = 10_000;
/** What is more is only counted. */
const MAX_WRONGS = 20;

/** A stream as the log has it. */
interface Stream {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly events: readonly RecordedEvent<Counted>[];
}

export interface Verdict {
  /** A line for each thing that is not as a pure reduce of the log has it. */
  readonly wrongs: readonly string[];
  readonly events: number;
  readonly effects: number;
}

/**
 * Compares all that was made of the log with the log: folds count each event once, records are there once, reactors
 * took effect at least once, and the log has all that was answered. Call it when nothing is left to do.
 */
export async function judge(app: INestApplicationContext, settings: TallySettings): Promise<Verdict> {
  const streams = await readLog(app);
  const effects = await readEffects(settings.journals);
  const wrongs = [
    ...logWrongs(streams, settings),
    ...(await foldWrongs(app, streams)),
    ...(await keyedWrongs(app, streams)),
    ...(await recordWrongs(app, streams)),
    ...effectWrongs(streams, effects),
  ];
  const told = wrongs.slice(0, MAX_WRONGS);
  if (told.length < wrongs.length) told.push(`and ${wrongs.length - told.length} more`);
  return { wrongs: told, events: streams.reduce((sum, { events }) => sum + events.length, 0), effects: effects.length };
}

async function readLog(app: INestApplicationContext): Promise<readonly Stream[]> {
  const streams = new Map<string, RecordedEvent<Counted>[]>();
  for await (const event of app.get(EventStore).scan({ aggregateType: TALLY })) {
    const name = nameOf(event.tenantId, event.aggregateId);
    streams.set(name, [...(streams.get(name) ?? []), event as RecordedEvent<Counted>]);
  }
  return [...streams.values()].map((events) => {
    const { tenantId, aggregateId: id } = events[0]!;
    return { tenantId, id, events };
  });
}

function logWrongs(streams: readonly Stream[], { journals, aggregates }: TallySettings): readonly string[] {
  const { begun, answered } = readFed(journals);
  const times = new Map<string, number>();
  const holes = streams.flatMap(({ id, events }) =>
    events.every(({ sequence }, index) => sequence === index + 1) ? [] : [`the log of ${id} has a hole`],
  );
  for (const { tenantId, id, events } of streams) {
    for (const { data } of events) {
      const name = `${nameOf(tenantId, id)} ${data.number}`;
      times.set(name, (times.get(name) ?? 0) + 1);
    }
  }
  const wrongs = [...begun].flatMap((index) => {
    const { tenantId, id, numbers } = pieceAt(index, aggregates);
    return numbers.flatMap((number) => {
      const name = `${nameOf(tenantId, id)} ${number}`;
      const found = times.get(name) ?? 0;
      if (found > 1) return [`${name} was appended ${found} times`];
      return found === 0 && answered.has(index) ? [`${name} was answered and is not in the log`] : [];
    });
  });
  return [...holes, ...wrongs];
}

async function foldWrongs(app: INestApplicationContext, streams: readonly Stream[]): Promise<readonly string[]> {
  return rowWrongs(await readRows(app, Tallies), streams);
}

/** Rows that must be as the streams of the same names say. */
function rowWrongs(items: ReadonlyMap<string, ProjectionItem<Tally>>, streams: readonly Stream[]): readonly string[] {
  const pure = new Tallies();
  const wrongs = streams.flatMap(({ tenantId, id, events }) => {
    const name = nameOf(tenantId, id);
    const state = events.reduce((folded, event) => pure.counted(folded, event), pure.init());
    const wanted = { sequence: events.length, state };
    const item = items.get(name);
    const found = item && { sequence: item.sequence, state: item.state };
    return equal(found, wanted) ? [] : [`${name} folded to ${text(found)} instead of ${text(wanted)}`];
  });
  return items.size === streams.length ? wrongs : [...wrongs, `${items.size} rows of ${streams.length} streams`];
}

async function readRows(
  app: INestApplicationContext,
  projection: FoldClass<Tally>,
): Promise<ReadonlyMap<string, ProjectionItem<Tally>>> {
  const items = new Map<string, ProjectionItem<Tally>>();
  for (const tenantId of TENANTS) {
    for (let offset = 0, total = 1; offset < total; offset += PAGE) {
      const page = await app.get(Projections).list(projection, { tenantId, limit: PAGE, offset });
      for (const item of page.items) items.set(nameOf(tenantId, item.id), item);
      total = page.total;
    }
  }
  return items;
}

/** Each event must have one link, those of an aggregate in order, and rows must be as their links say. */
async function keyedWrongs(app: INestApplicationContext, streams: readonly Stream[]): Promise<readonly string[]> {
  const events = new Map<string, RecordedEvent<Counted>>();
  for (const stream of streams) {
    for (const event of stream.events) events.set(sourceName(stream.tenantId, stream.id, event.sequence), event);
  }
  const wrongs: string[] = [];
  const linked = new Set<string>();
  const keyed = new Map<string, RecordedEvent<Counted>[]>();
  const last = new Map<string, number>();
  for await (const { tenantId, aggregateId: key, data } of app.get(EventStore).scan({ aggregateType: LINKS })) {
    const link = data as Link;
    const source = sourceName(tenantId, link.aggregateId, link.sequence);
    const event = events.get(source);
    const lane = `${nameOf(tenantId, key)} of ${link.aggregateId}`;
    if (!event) wrongs.push(`${source} is linked, and is no event`);
    else if (residueOf(event.data.number) !== key) wrongs.push(`${source} is linked to ${key}`);
    else keyed.set(nameOf(tenantId, key), [...(keyed.get(nameOf(tenantId, key)) ?? []), event]);
    if (linked.has(source)) wrongs.push(`${source} is linked again`);
    if (link.sequence < (last.get(lane) ?? 0)) wrongs.push(`${source} is linked late`);
    linked.add(source);
    last.set(lane, link.sequence);
  }
  for (const source of events.keys()) if (!linked.has(source)) wrongs.push(`${source} is not linked`);
  const residues = [...keyed.values()].map((ofKey) => {
    const { tenantId, data } = ofKey[0]!;
    return { tenantId, id: residueOf(data.number), events: ofKey };
  });
  return [...wrongs, ...rowWrongs(await readRows(app, Residues), residues)];
}

async function recordWrongs(app: INestApplicationContext, streams: readonly Stream[]): Promise<readonly string[]> {
  const wrongs: string[] = [];
  for (let from = 0; from < streams.length; from += READS_AT_ONCE) {
    const some = streams.slice(from, from + READS_AT_ONCE).map(async ({ tenantId, id, events }) => {
      const records = await app.get(Projections).records(Counts, id, { tenantId, limit: MAX_RECORDS });
      const found = records.map(({ record }) => record.number);
      const wanted = events.map(({ data }) => data.number);
      if (!equal(found, wanted)) wrongs.push(`${nameOf(tenantId, id)} has records ${text(found)} of ${text(wanted)}`);
    });
    await Promise.all(some);
  }
  return wrongs;
}

function effectWrongs(streams: readonly Stream[], effects: Awaited<ReturnType<typeof readEffects>>): readonly string[] {
  const taken = new Set<string>();
  const early: string[] = [];
  for (const { tenantId, id, sequence, foldSequence, count } of effects) {
    const name = sourceName(tenantId, id, sequence);
    taken.add(name);
    // Every event counts, so the state of a sequence has that count.
    if (foldSequence < sequence || count !== foldSequence) early.push(`${name} was reacted to with ${count} counted`);
  }
  const wanted = streams.flatMap(({ tenantId, id, events }) =>
    events.map(({ sequence }) => sourceName(tenantId, id, sequence)),
  );
  const missing = wanted.filter((name) => !taken.has(name)).map((name) => `${name} was not reacted to`);
  const known = new Set(wanted);
  const strange = [...taken]
    .filter((name) => !known.has(name))
    .map((name) => `${name} was reacted to, and is no event`);
  return [...missing, ...early, ...strange];
}

function sourceName(tenantId: string, id: string, sequence: number): string {
  return `${nameOf(tenantId, id)} #${sequence}`;
}

function nameOf(tenantId: string, id: string): string {
  return `${tenantId}/${id}`;
}

function equal(one: unknown, other: unknown): boolean {
  return text(one) === text(other);
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
