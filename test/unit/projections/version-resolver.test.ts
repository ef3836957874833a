import { beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import type { FoldDefinition } from '../../../lib/projections/fold-definition.js';
import { MemoryProjectionStore } from '../../../lib/projections/stores/memory/memory-projection-store.js';
import type { ProjectionKey, ProjectionRow } from '../../../lib/projections/stores/projection-row.js';
import { ActiveVersions } from '../../../lib/projections/versions/active-versions.js';
import { VersionResolver } from '../../../lib/projections/versions/version-resolver.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { ManualClock } from '../../support/manual-clock.js';

const tenantId = createTenantId('acme');
const fold = { name: 'totals', version: 3, component: 'totals@3' } as FoldDefinition;

/** Counts loads, and lets a test step in between one of them and its answer. */
class WatchedStore extends MemoryProjectionStore {
  loads: (readonly ProjectionKey[])[] = [];
  afterLoad: (() => Promise<void>)[] = [];

  override async load(keys: readonly ProjectionKey[]): Promise<readonly (ProjectionRow | null)[]> {
    this.loads.push(keys);
    const rows = await super.load(keys);
    await this.afterLoad.shift()?.();
    return rows;
  }
}

describe('reads while versions come and go', () => {
  let store: WatchedStore;
  let versions: ActiveVersions;
  let resolver: VersionResolver;
  let replayed: string[];
  let replay: () => { state: number; sequence: number; updatedAt: number };

  const row = (version: number, id: string, sequence: number): ProjectionRow => ({
    tenantId,
    projection: 'totals',
    version,
    id,
    sequence,
    state: `v${version} #${sequence}`,
    updatedAt: 1,
  });
  const states = async (...ids: string[]) =>
    (await resolver.load(fold, tenantId, ids)).map((found) => found && found.state);
  const activate = (version: number) => new ActiveVersions(store, new ManualClock()).activate({ ...fold, version });

  beforeEach(() => {
    store = new WatchedStore();
    versions = new ActiveVersions(store, new ManualClock());
    replayed = [];
    replay = () => ({ state: 7, sequence: 1, updatedAt: 1 });
    resolver = new VersionResolver(store, versions, {
      replay: async (_, { id }) => {
        replayed.push(id);
        return replay();
      },
    });
  });

  it('give the row that covers more while the version is built, and its own of equal ones', async () => {
    await activate(1);
    await store.save([row(1, 'a', 5), row(3, 'a', 4), row(1, 'b', 5), row(3, 'b', 5), row(3, 'c', 1), row(1, 'd', 1)]);
    await store.save([row(2, 'a', 9)]);
    expect(await states('a', 'b', 'c', 'd', 'e')).toEqual(['v1 #5', 'v3 #5', 'v3 #1', 'v1 #1', null]);
    expect(replayed).toEqual([]);
  });

  it('ask for the pointer and the rows at once, and for the rows only from when it is complete', async () => {
    await activate(1);
    await states('a');
    store.loads = [];
    await states('a');
    expect(store.loads.map((keys) => keys.map(({ projection, version }) => `${projection}@${version}`))).toEqual([
      ['$versions@1', 'totals@3', 'totals@1'],
    ]);
    await activate(3);
    await states('a');
    store.loads = [];
    await states('a');
    expect(store.loads.map((keys) => keys.map(({ projection }) => projection))).toEqual([['totals']]);
  });

  it('look again where the version became complete between its row and its pointer', async () => {
    await activate(1);
    await states('a');
    // As with a row that was read by an earlier statement than the pointer.
    const load = store.load.bind(store);
    store.load = async (keys) => {
      const rows = [...(await load(keys))];
      if (keys.length < 3) return rows;
      await store.save([row(3, 'a', 2)]);
      await activate(3);
      store.load = load;
      return [(await load(keys))[0]!, ...rows.slice(1)];
    };
    expect(await states('a')).toEqual(['v3 #2']);
  });

  it('look at the version before it that became complete meanwhile', async () => {
    await activate(1);
    await store.save([row(1, 'a', 1), row(2, 'a', 2)]);
    expect(await states('a')).toEqual(['v1 #1']);
    await activate(2);
    expect(await states('a')).toEqual(['v2 #2']);
  });

  it('never give the rows of a later version, which an older release does not know', async () => {
    await activate(4);
    await store.save([row(4, 'a', 9), row(3, 'a', 2)]);
    expect(await states('a')).toEqual(['v3 #2']);
    expect(await resolver.read(fold, async (version) => version)).toEqual({ result: 3, complete: true });
  });

  it('give the rows of the active version only of a fold with keys, whose own lack what is not linked yet', async () => {
    const keyed = { ...fold, sources: ['order'] };
    const keyedState = async () => (await resolver.load(keyed, tenantId, ['a']))[0]?.state;
    await store.save([row(3, 'a', 9)]);
    expect(await keyedState()).toBe('v3 #9');
    await store.save([row(1, 'a', 2)]);
    await activate(1);
    expect(await keyedState()).toBe('v1 #2');
    await activate(3);
    expect(await keyedState()).toBe('v3 #9');
    expect(replayed).toEqual([]);
  });

  it('fold from the log while no version is complete', async () => {
    await store.save([row(3, 'a', 1)]);
    expect(await states('a', 'b')).toEqual([7, 7]);
    expect(replayed).toEqual(['a', 'b']);
    replay = () => ({ state: 0, sequence: 0, updatedAt: 0 });
    expect(await states('a')).toEqual([null]);
    replay = () => {
      throw new Error('The fold fails at an event');
    };
    expect(await states('a', 'b')).toEqual(['v3 #1', null]);
    replay = () => {
      throw new StoreUnavailableError('away');
    };
    await expect(states('a')).rejects.toThrow('away');
  });

  it('list the active version until their own is complete, and say when none is', async () => {
    const list = () => resolver.read(fold, async (version) => version);
    expect(await list()).toEqual({ result: 3, complete: false });
    await activate(1);
    expect(await list()).toEqual({ result: 1, complete: true });
    await activate(3);
    expect(await list()).toEqual({ result: 3, complete: true });
    store.loads = [];
    await list();
    expect(store.loads).toEqual([]);
  });

  it('list again when what they listed is active no more', async () => {
    await activate(1);
    const listed: number[] = [];
    const { result } = await resolver.read(fold, async (version) => {
      listed.push(version);
      if (version === 1) await activate(3);
      return version;
    });
    expect([listed, result]).toEqual([[1, 3], 3]);
  });

  it('keep to the highest version: an activation of an older one changes nothing', async () => {
    await activate(3);
    await activate(2);
    expect(await versions.read(['totals', 'others'])).toEqual([3, 0]);
  });
});
