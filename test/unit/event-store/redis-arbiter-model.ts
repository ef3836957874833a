/**
 * The protocol of the arbiter in Redis on one stream, as a state machine small enough to walk through every interleaving.
 * Nothing in it has a duration: a deadline may pass, and every process may stand still, between any two steps.
 *
 * | here                             | in lib/event-store/clickhouse                                                |
 * | -------------------------------- | ---------------------------------------------------------------------------- |
 * | `reserve`, `confirm`, `release`  | redis-arbiter/scripts/reserve.ts, confirm.ts, release.ts                      |
 * | `draw`, `read`, `seed`           | scripts/reserve.ts (ticket), redis-arbiter/stream-seeder.ts, scripts/seed.ts  |
 * | `send`, `begin`, `land`          | batch-inserter.ts, and the server: sql/insert-events.ts                       |
 * | `look`, `close`                  | redis-arbiter/reservation-resolver.ts                                         |
 * | `find`, `claim`, `open`, `publish` | redis-arbiter/redis-epochs.ts, scripts/claim-epoch.ts, publish-epoch.ts     |
 * | `flush`, `restore`, `expire`     | FLUSHALL, a restart or fail-over to an older memory, arbiterTtlMs             |
 */
export interface Bounds {
  readonly writers: number;
  /** Reservations that each writer may make. */
  readonly tries: number;
  readonly epochs: number;
  readonly crashes: number;
  readonly flushes: number;
  readonly restores: number;
  readonly expiries: number;
  /** Sends of `reserve` that arrive a second time, later. */
  readonly ghosts: number;
  /** Whether Redis knows the stream at first. */
  readonly known: boolean;
}

/** What keeps the log right. Each can be taken out, to see that the model needs it. */
export const GUARDS = [
  'one open reservation',
  'the server refuses inserts after the deadline',
  'the server refuses inserts of former epochs',
  'an epoch waits for the inserts of former ones',
  'an epoch is published once',
  'an epoch counts in one life of Redis',
  'a reservation is resolved after its deadline',
  'a reservation is resolved when its insert does not run',
  'a reservation is closed by its id',
  'a reservation is confirmed by its last sequence',
  'a stream is seeded under its ticket',
] as const;
export type Guard = (typeof GUARDS)[number];

type Phase =
  /** Wants to append. */
  | 'start'
  /** Has drawn a ticket, has read the log. */
  | 'drawn'
  | 'read'
  /** Has a reservation, has sent the insert, knows that it was stored or was not, or will never know. */
  | 'reserved'
  | 'sent'
  | 'stored'
  | 'refused'
  | 'doubt'
  /** Has found a reservation that is certain, and knows whether its rows are there. */
  | 'looked'
  /** Knows no epoch, may open one, has opened one, has published it without an answer. */
  | 'lost'
  | 'claimed'
  | 'opened'
  | 'published'
  | 'dead';

interface Writer {
  readonly phase: Phase;
  readonly tries: number;
  /** Where it works, or what it is opening. */
  readonly epoch: number;
  readonly id: number;
  readonly last: number;
  readonly ticket: number;
  /** Head that it has read from the log. */
  readonly seen: number;
}

interface Stream {
  readonly head?: number;
  readonly ticket?: number;
}

interface Reservation {
  readonly id: number;
  readonly last: number;
}

interface Memory {
  readonly life: number;
  readonly epoch: number;
  readonly epochLife: number;
  readonly claim: number;
  /** By epoch. */
  readonly streams: Readonly<Record<number, Stream>>;
  readonly open: Readonly<Record<number, Reservation>>;
}

interface Insert {
  readonly id: number;
  readonly sequence: number;
  readonly epoch: number;
  readonly running: boolean;
  /** Its answer, as long as nobody has got it. */
  readonly outcome?: 'stored' | 'refused';
}

export interface State {
  readonly writers: readonly Writer[];
  readonly redis: Memory;
  /** An older memory, to come back after a restart. */
  readonly saved?: Memory;
  /** Reservation ids in the order of their sequences. */
  readonly log: readonly number[];
  /** Newest epoch in the log's database. */
  readonly epoch: number;
  readonly inserts: readonly Insert[];
  /** Ids whose deadline has passed. */
  readonly late: readonly number[];
  readonly acknowledged: readonly number[];
  readonly ghost?: { readonly id: number; readonly epoch: number };
  readonly left: Omit<Bounds, 'writers' | 'tries' | 'epochs' | 'known'>;
  readonly problem?: string;
}

const DEAD: Writer = { phase: 'dead', tries: 0, epoch: 0, id: 0, last: 0, ticket: 0, seen: 0 };
const EMPTY = { epoch: 0, epochLife: 0, claim: -1, streams: {}, open: {} };

export function initial({ writers, known, crashes, flushes, restores, expiries, ghosts }: Bounds): State {
  const writer: Writer = { phase: 'start', tries: 0, epoch: 1, id: 0, last: 0, ticket: 0, seen: 0 };
  return {
    writers: Array.from({ length: writers }, () => writer),
    redis: { ...EMPTY, life: 1, epoch: 1, epochLife: 1, streams: known ? { 1: { head: 0 } } : {} },
    log: [],
    epoch: 1,
    inserts: [],
    late: [],
    acknowledged: [],
    left: { crashes, flushes, restores, expiries, ghosts },
  };
}

/** Every state that one step of anybody leads to. */
export function successors(state: State, bounds: Bounds, without?: Guard): State[] {
  const has = (guard: Guard): boolean => guard !== without;
  const found: State[] = [];
  state.writers.forEach((writer, index) => {
    if (writer.phase === 'dead') return;
    found.push(...writerSteps(state, index, bounds, has));
    if (state.left.crashes > 0) {
      found.push(spend(put(state, index, DEAD), 'crashes'));
    }
  });
  found.push(...serverSteps(state, has), ...redisSteps(state, has));
  return found.map(tidied);
}

/** Without what can make no difference any more, so that states that behave alike are one. */
function tidied(state: State): State {
  const { writers, redis } = state;
  const inserts = state.inserts
    .filter(({ id, outcome }) => outcome === undefined || writers.some((one) => one.phase === 'sent' && one.id === id))
    .sort((a, b) => a.id - b.id);
  const alive = writers.filter(({ phase }) => phase !== 'dead');
  const named = [...inserts, ...Object.values(redis.open), ...Object.values(state.saved?.open ?? {}), ...alive];
  const late = state.late.filter((id) => named.some((one) => one.id === id) || state.ghost?.id === id).sort();
  return { ...state, inserts, late, acknowledged: [...state.acknowledged].sort() };
}

function writerSteps(state: State, index: number, bounds: Bounds, has: (guard: Guard) => boolean): State[] {
  const writer = state.writers[index]!;
  const { redis } = state;
  const go = (phase: Phase, change: Partial<Writer> = {}, changed: State = state): State =>
    put(changed, index, { ...writer, ...change, phase });
  const valid = redis.epoch !== 0 && (!has('an epoch counts in one life of Redis') || redis.epochLife === redis.life);
  switch (writer.phase) {
    case 'start': {
      if (writer.tries === bounds.tries) return [];
      if (!valid || redis.epoch !== writer.epoch) return [go('lost')];
      const id = writer.tries * 10 + index + 1;
      const open = redis.open[writer.epoch];
      if (open && open.id !== id && has('one open reservation')) {
        if (!isCertain(state, open.id, has)) return [];
        return [go('looked', { id: open.id, last: open.last, seen: state.log.length })];
      }
      const after = reserve(redis, writer.epoch, id);
      const stream = after.streams[writer.epoch]!;
      if (stream.head === undefined) return [go('drawn', { ticket: stream.ticket! }, { ...state, redis: after })];
      const { last } = after.open[writer.epoch]!;
      const reserved = { ...state, redis: after };
      const next = go('reserved', { id, last, tries: writer.tries + 1 }, reserved);
      // The answer may be lost: the same is sent again. Or a copy of what was sent arrives later.
      const ghosted = state.left.ghosts > 0 ? [{ ...spend(next, 'ghosts'), ghost: { id, epoch: writer.epoch } }] : [];
      return [next, reserved, ...ghosted];
    }
    case 'drawn':
      return [go('read', { seen: state.log.length })];
    case 'read': {
      const stream = redis.streams[writer.epoch] ?? {};
      const mine = has('a stream is seeded under its ticket')
        ? stream.ticket === writer.ticket
        : stream.head === undefined;
      const seeded = { ...redis, streams: { ...redis.streams, [writer.epoch]: { head: writer.seen } } };
      return [go('start', { ticket: 0, seen: 0 }, mine ? { ...state, redis: seeded } : state)];
    }
    case 'reserved': {
      const insert: Insert = { id: writer.id, sequence: writer.last, epoch: writer.epoch, running: false };
      return [go('sent', {}, { ...state, inserts: [...state.inserts, insert] })];
    }
    case 'sent': {
      const { id } = writer;
      const outcome = state.inserts.find((insert) => insert.id === id)?.outcome;
      const lost = go('doubt');
      if (outcome === undefined) return [lost];
      const read = { ...state, inserts: state.inserts.filter((insert) => insert.id !== id) };
      const told = outcome === 'stored' ? { ...read, acknowledged: [...state.acknowledged, id] } : read;
      return [go(outcome, {}, told), { ...lost, inserts: read.inserts }];
    }
    case 'stored':
    case 'refused': {
      const { epoch, id, last } = writer;
      const after = close(redis, epoch, { id, last }, writer.phase === 'stored', has);
      // The answer may be lost: the same is sent again.
      return [go('start', { id: 0, last: 0 }, { ...state, redis: after }), { ...state, redis: after }];
    }
    case 'doubt':
      if (!isCertain(state, writer.id, has)) return [];
      return [go('looked', { seen: state.log.length })];
    case 'looked': {
      const { epoch, id, last, seen } = writer;
      const after = close(redis, epoch, { id, last }, seen >= last, has);
      return [go('start', { id: 0, last: 0, seen: 0 }, { ...state, redis: after })];
    }
    case 'lost':
      if (valid && redis.epoch === state.epoch) return [go('start', { epoch: redis.epoch })];
      if (redis.claim !== -1 || state.epoch >= bounds.epochs) return [];
      return [go('claimed', {}, { ...state, redis: { ...redis, claim: index } })];
    case 'claimed': {
      if (valid && redis.epoch === state.epoch) return [go('start', { epoch: redis.epoch })];
      if (state.epoch >= bounds.epochs) return [go('lost')];
      return [go('opened', { epoch: state.epoch + 1 }, { ...state, epoch: state.epoch + 1 })];
    }
    case 'opened':
    case 'published': {
      const runs = state.inserts.some(({ running, epoch }) => running && epoch < writer.epoch);
      if (runs && has('an epoch waits for the inserts of former ones')) return [];
      if (writer.phase === 'published' && has('an epoch is published once')) return [go('lost')];
      const claimed = redis.claim === index || !has('an epoch is published once');
      if (!claimed) return [go('lost')];
      const { [redis.epoch]: _, ...open } = redis.open;
      const after = { ...redis, claim: -1, epoch: writer.epoch, epochLife: redis.life, open };
      const published = { ...state, redis: after };
      return [go('start', {}, published), go('published', {}, published)];
    }
    case 'dead':
      return [];
  }
}

/** The server of the log: it takes or refuses an insert, and finishes it some time later. */
function serverSteps(state: State, has: (guard: Guard) => boolean): State[] {
  const found: State[] = [];
  state.inserts.forEach((insert, index) => {
    const set = (change: Partial<Insert>, changed: State = state): State => ({
      ...changed,
      inserts: state.inserts.map((one, at) => (at === index ? { ...insert, ...change } : one)),
    });
    if (insert.running) found.push(set({ running: false, outcome: 'stored' }, land(state, insert)));
    else if (insert.outcome === undefined) {
      const late = state.late.includes(insert.id) && has('the server refuses inserts after the deadline');
      const fenced = insert.epoch !== state.epoch && has('the server refuses inserts of former epochs');
      found.push(set(late || fenced ? { outcome: 'refused' } : { running: true }));
    }
  });
  const ids = [...state.inserts.map(({ id }) => id), ...Object.values(state.redis.open).map(({ id }) => id)];
  for (const id of new Set(ids))
    if (!state.late.includes(id)) found.push({ ...state, late: [...state.late, id].sort() });
  return found;
}

function land(state: State, { id, sequence }: Insert): State {
  const next = state.log.length + 1;
  if (sequence < next) return { ...state, problem: `sequence ${sequence} twice` };
  if (sequence > next) return { ...state, problem: `a hole before sequence ${sequence}` };
  return { ...state, log: [...state.log, id] };
}

function redisSteps(state: State, has: (guard: Guard) => boolean): State[] {
  const { redis, left, saved, ghost } = state;
  const found: State[] = [];
  if (redis.claim !== -1) found.push({ ...state, redis: { ...redis, claim: -1 } });
  if (left.flushes > 0) found.push(spend({ ...state, redis: { ...EMPTY, life: redis.life } }, 'flushes'));
  if (left.restores > 0 && saved === undefined) found.push({ ...state, saved: redis });
  if (left.restores > 0 && saved !== undefined) {
    found.push(spend({ ...state, saved: undefined, redis: { ...saved, life: redis.life + 1 } }, 'restores'));
  }
  if (left.expiries > 0 && redis.streams[redis.epoch]) {
    const { [redis.epoch]: _, ...streams } = redis.streams;
    found.push(spend({ ...state, redis: { ...redis, streams } }, 'expiries'));
  }
  if (ghost) {
    const { ghost: _, ...without } = state;
    const open = redis.open[ghost.epoch];
    const valid = redis.epoch === ghost.epoch && redis.epochLife === redis.life;
    const free = open === undefined || open.id === ghost.id || !has('one open reservation');
    found.push(valid && free ? { ...without, redis: reserve(redis, ghost.epoch, ghost.id) } : without);
  }
  return found;
}

/** The script: a reservation, or a ticket for a stream that is not known. */
function reserve(redis: Memory, epoch: number, id: number): Memory {
  const stream = redis.streams[epoch];
  const { [epoch]: own, ...others } = redis.open;
  if (stream?.head === undefined) {
    const ticket = stream?.ticket ?? id;
    return { ...redis, open: own?.id === id ? others : redis.open, streams: { ...redis.streams, [epoch]: { ticket } } };
  }
  return { ...redis, open: { ...redis.open, [epoch]: { id, last: stream.head + 1 } } };
}

/** The scripts `confirm` and `release`. */
function close(
  redis: Memory,
  epoch: number,
  { id, last }: Reservation,
  stored: boolean,
  has: (guard: Guard) => boolean,
): Memory {
  const { [epoch]: open, ...others } = redis.open;
  if (open === undefined) return redis;
  if (open.id !== id && has('a reservation is closed by its id')) return redis;
  if (open.id === id && open.last !== last && has('a reservation is confirmed by its last sequence')) return redis;
  if (!stored) return { ...redis, open: others };
  const { [epoch]: stream, ...streams } = redis.streams;
  // A stream that has expired meanwhile, or is being seeded, is seeded anew.
  if (stream?.head === undefined) return { ...redis, open: others, streams };
  return { ...redis, open: others, streams: { ...redis.streams, [epoch]: { head: open.last } } };
}

/** Whether the fate of an insert can no longer change. */
function isCertain(state: State, id: number, has: (guard: Guard) => boolean): boolean {
  const late = state.late.includes(id) || !has('a reservation is resolved after its deadline');
  const runs = state.inserts.some((insert) => insert.id === id && insert.running);
  return late && (!runs || !has('a reservation is resolved when its insert does not run'));
}

function put(state: State, index: number, writer: Writer): State {
  return { ...state, writers: state.writers.map((one, at) => (at === index ? writer : one)) };
}

function spend(state: State, what: keyof State['left']): State {
  return { ...state, left: { ...state.left, [what]: state.left[what] - 1 } };
}
