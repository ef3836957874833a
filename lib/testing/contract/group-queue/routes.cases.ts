import type { EventRoute } from '../../../queue/event-route.js';
import { eventually } from '../eventually.js';
import { done, type GroupQueueCases, lane, range } from './group-queue-cases.js';

const FOLD: EventRoute = { kind: 'fold', component: 'c@1', aggregateTypes: ['t'], types: ['x', 'y'] };
const MAP: EventRoute = {
  kind: 'map',
  component: 'a "name": {of} [some]\n@12',
  aggregateTypes: ['ü', 't,u'],
  types: ['an\u0000y', '*'],
  lanes: 16,
};

const byName = (one: EventRoute, other: EventRoute): number => one.component.localeCompare(other.component);
const sorted = (routes: readonly EventRoute[]): readonly EventRoute[] =>
  routes
    .map(({ kind, component, aggregateTypes, types, lanes }) => ({
      ...{ kind, component, lanes },
      aggregateTypes: aggregateTypes.toSorted(),
      types: types.toSorted(),
    }))
    .toSorted(byName);

/** See `groupQueueSuite`. */
export function routesCases({ expect, test, open, start }: GroupQueueCases): void {
  test('has no routes, and an empty revision, while nobody keeps any', async () => {
    const queue = await open();
    expect(await queue.routes.live()).toEqual({ revision: '', routes: [], complete: true });
    expect(await queue.stage([range(lane('a'), 1)])).toBe('');
    expect(await queue.stage([])).toBe('');
    const compared: string[] = [];
    await queue.routes.keep([], async () => void compared.push((await queue.routes.live()).revision));
    expect(compared).toEqual(['']);
  });

  test('has the routes before they are compared with the log, as they were given', async () => {
    const queue = await open();
    let found: unknown;
    await queue.routes.keep([MAP, FOLD], async () => void (found = await queue.routes.live()));
    const { revision, routes } = await queue.routes.live();
    expect(found).toEqual({ revision, routes, complete: true });
    expect(routes.map(({ since }) => typeof since)).toEqual(['string', 'string']);
    expect(sorted(routes)).toEqual(sorted([MAP, FOLD]));
    expect(revision).not.toBe('');
  });

  test('has the same routes when they are kept again on demand', async () => {
    const queue = await open();
    await queue.routes.renew();
    expect((await queue.routes.live()).routes).toEqual([]);
    await queue.routes.keep([FOLD], async () => {});
    const before = await queue.routes.live();
    await queue.routes.renew();
    expect(await queue.routes.live()).toEqual(before);
  });

  test('tells whoever stages the revision, from when the routes are kept', async () => {
    const told: string[] = [];
    const queue = await start(async (batch) => ({ ...(await done(batch)), staged: (revision) => told.push(revision) }));
    await queue.stage([range(lane('a'), 1)]);
    await eventually(() => expect(told).toEqual(['']));
    let inside = '';
    await queue.routes.keep([FOLD], async () => void (inside = await queue.stage([range(lane('a'), 2)])));
    const { revision } = await queue.routes.live();
    expect(inside).toBe(revision);
    expect(await queue.stage([])).toBe(revision);
    expect(await queue.stage([range(lane('a'), 3), range(lane('b'), 1)])).toBe(revision);
    await eventually(() => expect(told.length).toBeGreaterThan(1));
    expect(new Set(told.slice(1))).toEqual(new Set([revision]));
  });

  test('rejects with what the first comparison rejects with, the routes being kept all the same', async () => {
    const queue = await open();
    const keeping = queue.routes.keep([FOLD], () => Promise.reject(new Error('the log is away')));
    await expect(keeping).rejects.toThrow('the log is away');
    expect(sorted((await queue.routes.live()).routes)).toEqual(sorted([FOLD]));
  });
}
