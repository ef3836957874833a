import type { INestApplicationContext } from '@nestjs/common';
import { EventStore, Projections, type RecordedEvent } from '../../../lib/index.js';
import type { Link } from '../../../lib/projections/links/link.event.js';
import { readEffects, TAKE_DURABLY } from './effects.js';
import { readFed } from './feeder.js';
import { effectWrongs, type Reactions, repeatWrongs } from './judge-effects.js';
import { pieceAt } from './pieces.js';
import type { Release } from './releases.js';
import { equal, readRows, rowWrongs, text } from './rows.js';
import { nameOf, readStreams, sourceName, type Stream } from './streams.js';
import { type Counted, Counts, Residues, residueOf } from './tallies.js';
import type { TallySettings } from './tally-plan.js';

/** The streams of links of `Residues`. */
const LINKS = '$links:residues@1';
const READS_AT_ONCE = 20;
const MAX_RECORDS = 10_000;
/** What is more is only counted. */
const MAX_WRONGS = 20;

/** What one release sees of what was made of the log. */
export interface View extends Omit<Reactions, 'reactor'> {
  readonly app: INestApplicationContext;
  readonly release: Release;
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
 *
 * @param views of each release that runs
 */
export async function judge(views: readonly View[], settings: TallySettings): Promise<Verdict> {
  const { app } = views[0]!;
  const streams = await readStreams(app);
  const { effects, kept } = await readEffects(settings.journals);
  const wrongs = [
    ...logWrongs(streams, settings),
    ...(await keyedWrongs(app, streams)),
    ...(await recordWrongs(app, streams)),
    ...effectWrongs(streams, effects, { reactor: TAKE_DURABLY }),
    ...repeatWrongs(effects, kept),
  ];
  for (const { app, release, ...reactions } of views) {
    wrongs.push(...rowWrongs(await readRows(app, release.fold), streams, new release.fold()));
    wrongs.push(...effectWrongs(streams, effects, { reactor: release.reactor, ...reactions }));
  }
  const told = wrongs.slice(0, MAX_WRONGS);
  if (told.length < wrongs.length) told.push(`and ${wrongs.length - told.length} more`);
  return { wrongs: told, events: streams.reduce((sum, { events }) => sum + events.length, 0), effects: effects.length };
}

function logWrongs(streams: readonly Stream[], { journals, aggregates }: TallySettings): readonly string[] {
  const { begun, answered, refused } = readFed(journals);
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
  const refusals = [...refused].map(([index, code]) => `piece ${index} was refused: ${code}`);
  return [...holes, ...refusals, ...wrongs];
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
  return [...wrongs, ...rowWrongs(await readRows(app, Residues), residues, new Residues())];
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
