import type { INestApplicationContext } from '@nestjs/common';
import { type FoldClass, type ProjectionItem, Projections } from '../../../lib/index.js';
import { TENANTS } from './pieces.js';
import { nameOf, type Stream } from './streams.js';
import type { Tallies, Tally } from './tallies.js';

const PAGE = 1_000;

export type Rows = ReadonlyMap<string, ProjectionItem<Tally>>;

/** All rows of a fold as reads give them, by `nameOf()`. */
export async function readRows(
  app: INestApplicationContext,
  projection: FoldClass<Tally>,
  tenants = TENANTS,
): Promise<Rows> {
  const rows = new Map<string, ProjectionItem<Tally>>();
  for (const tenantId of tenants) {
    for (let offset = 0, total = 1; offset < total; offset += PAGE) {
      const page = await app.get(Projections).list(projection, { tenantId, limit: PAGE, offset });
      for (const item of page.items) rows.set(nameOf(tenantId, item.id), item);
      total = page.total;
    }
  }
  return rows;
}

/** Rows that are not as the streams of the same names say. @param pure reduces them */
export function rowWrongs(rows: Rows, streams: readonly Stream[], pure: Tallies): readonly string[] {
  const wrongs = streams.flatMap(({ tenantId, id, events }) => {
    const name = nameOf(tenantId, id);
    const state = events.reduce((folded, event) => pure.counted(folded, event), pure.init());
    const wanted = { sequence: events.length, state };
    const item = rows.get(name);
    const found = item && { sequence: item.sequence, state: item.state };
    return equal(found, wanted) ? [] : [`${name} folded to ${text(found)} instead of ${text(wanted)}`];
  });
  return rows.size === streams.length ? wrongs : [...wrongs, `${rows.size} rows of ${streams.length} streams`];
}

export function equal(one: unknown, other: unknown): boolean {
  return text(one) === text(other);
}

export function text(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
