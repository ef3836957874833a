import { randomInt } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventSourcingError } from '../../../errors/event-sourcing.error.js';
import type { RedisConnection } from '../../../redis/redis-connection.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import { StoreUnavailableError } from '../../store-unavailable.error.js';
import type { Taken } from '../append-batch.js';
import type { Arbiter, HeldLane, Reservation, Settlement } from '../arbiter.js';
import type { InsertOutcome } from '../insert-outcome.js';
import type { Lane } from '../lane.js';
import { FIND_LOG_ID } from '../sql/find-log-id.js';
import { StreamLoader } from '../stream-loader.js';
import type { WriterTools } from '../writer-tools.js';
import { ArbiterKeys } from './arbiter-keys.js';
import { ClosingScripts, type Closable } from './closing-scripts.js';
import { KeyFinder } from './key-finder.js';
import { endsAt, parseReservation } from './open-reservation.js';
import { RedisEpochs } from './redis-epochs.js';
import { type ReservedStream, RedisUndispatched } from './redis-undispatched.js';
import { ReservationResolver } from './reservation-resolver.js';
import { Reserver, type Round } from './reserver.js';
import { StreamSeeder } from './stream-seeder.js';

/** A stream that another process writes to is asked for again after about half of what it has taken so far. */
const MIN_BUSY_MS = 4;
const MAX_BUSY_MS = 250;
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * The arbiter of any number of processes, in Redis. It holds, per stream, what the log holds (head, recent keys), and at
 * most one open reservation. Redis is a cache of the log and a place to meet, never a second truth.
 *
 * A stream: *unknown* → (a ticket is drawn, then the log is read, then told under this ticket) *known* → (`reserve`:
 * keys and expectations hold) *reserved* [first..last] until a deadline → (rows in the log) `confirm`: *known*, further
 * on; → (certainly none, nor will be) `release`: *known*, as before. Only whoever has the reservation inserts, and only
 * before the deadline, which the server itself enforces. A reservation that its writer leaves behind is closed by
 * whoever needs the stream, once the fate of the insert is certain (`ReservationResolver`).
 *
 * While a stream is reserved, others wait; while its ticket stands, no insert of it is under way, so what the log says
 * then is final. An idle stream expires to *unknown*; a reservation never expires by time alone.
 *
 * All of this counts in one epoch (`RedisEpochs`). When Redis was emptied, restarted or failed over, its epoch is lost:
 * all lanes wait for the next one, in which every stream is unknown.
 *
 * What goes wrong: an answer to `reserve` is lost → it is sent again under the same id, before anything is inserted. To
 * `confirm` or `release` → again, they are idempotent. Redis is away → nothing is reserved, appends fail; what was
 * inserted stays acknowledged and its reservation is closed later. A process stands still → the server refuses its
 * insert after the deadline.
 */
export class RedisArbiter implements Arbiter {
  readonly problem = undefined;
  readonly undispatched: RedisUndispatched;
  private readonly epochs: RedisEpochs;
  private readonly reserver: Reserver;
  private readonly seeder: StreamSeeder;
  private readonly finder: KeyFinder;
  private readonly closing: ClosingScripts;
  private readonly resolver: ReservationResolver;
  private readonly unsettled = new Set<Promise<void>>();
  private closed = false;

  private constructor(
    private readonly tools: WriterTools,
    redis: RedisConnection,
    private readonly keys: ArbiterKeys,
  ) {
    const loader = new StreamLoader(tools.reader, tools.stats);
    this.undispatched = new RedisUndispatched(redis, keys, {
      epoch: () => this.epochs.current,
      found: (epoch, streams) => this.closeLeft(epoch, streams),
      open: () => this.epochs.find(),
    });
    this.epochs = new RedisEpochs(tools, redis, keys, `${hostname()}:${process.pid}`, () => this.closed);
    this.reserver = new Reserver(tools, redis, keys);
    this.finder = new KeyFinder(redis, keys, () => this.epochs.current);
    this.seeder = new StreamSeeder(redis, keys, loader, tools.options);
    this.closing = new ClosingScripts(redis, keys, tools.options);
    this.resolver = new ReservationResolver(tools, loader, this.closing, () => this.closed);
  }

  /**
   * Joins the arbiter of this log, or begins it.
   *
   * @throws StoreUnavailableError
   */
  static async open(tools: WriterTools, redis: RedisConnection): Promise<RedisArbiter> {
    const { connection } = tools;
    const [row] = await connection.query<{ id: string }>(FIND_LOG_ID);
    const arbiter = new RedisArbiter(tools, redis, new ArbiterKeys(`${connection.database}:${row!.id}`));
    await arbiter.epochs.find();
    return arbiter;
  }

  /** It never stops by itself: a lost epoch is followed by the next. */
  onStop(): void {}

  prepare(): undefined {}

  async refresh({ stream }: Lane): Promise<void> {
    await told(this.closing.forget(await this.epoch(), stream));
  }

  rest(): void {}

  candidates({ key }: Lane, keys: readonly string[]): Promise<readonly string[]> {
    return this.finder.find(key, keys);
  }

  async reserve(batch: readonly Taken[]): Promise<Reservation> {
    const epoch = this.epochs.current;
    const round = epoch === undefined ? undefined : await this.reserver.reserve(epoch, batch);
    if (round) return this.toReservation(round);
    if (epoch !== undefined) this.epochs.lose(epoch);
    const until = this.epochs.find();
    const held = batch.map(({ lane }) => ({ lane, until }));
    const nothing = { token: '', epoch: '', verdicts: [], deadline: () => undefined };
    return { ...nothing, held, settle: () => ({ again: false }) };
  }

  async epoch(refused?: string): Promise<string> {
    if (refused !== undefined) this.epochs.lose(refused);
    if (this.epochs.current === undefined) await this.epochs.find();
    return this.epochs.current!;
  }

  /** By an epoch of its own, since other processes may append to the tenant. */
  async forget(tenantId: TenantId, removeRest: () => Promise<void>): Promise<void> {
    await this.epochs.renew(removeRest);
    await told(this.undispatched.forget(tenantId));
  }

  /** Streams of our own are never noted as undispatched. */
  async forgetType(_: string, removeRest: () => Promise<void>): Promise<void> {
    await this.epochs.renew(removeRest);
  }

  async close(): Promise<void> {
    await Promise.race([Promise.all(this.unsettled), sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    this.closed = true;
  }

  private toReservation(round: Round): Reservation {
    const { token, epoch, verdicts, deadlineMs } = round;
    const { serverClock } = this.tools;
    return {
      token,
      epoch,
      verdicts,
      held: this.hold(round),
      // Others rely on it, so no send may come with a later one.
      deadline: (serverNowMs) => (Math.max(serverNowMs, serverClock.now()) < deadlineMs ? deadlineMs : undefined),
      settle: (outcome) => this.settle(round, outcome),
    };
  }

  private settle(round: Round, outcome: InsertOutcome): Settlement {
    const { epoch, id } = round;
    if ('newestEpoch' in outcome && outcome.newestEpoch !== undefined) this.epochs.lose(epoch);
    const closable = round.verdicts.flatMap(({ lane: { stream }, writes }) => {
      const last = writes.at(-1)?.stored.at(-1)?.sequence;
      return last === undefined ? [] : [{ stream, id, last }];
    });
    switch (outcome.kind) {
      case 'stored':
        return { again: false, until: this.track(this.confirm(round, closable)) };
      case 'refused':
        return { again: false, until: this.track(this.closing.release(epoch, closable)) };
      case 'late':
        return { again: true, until: this.track(this.releaseLate(epoch, closable)) };
      case 'fenced':
        return { again: true, until: this.epochs.find() };
      case 'unknown':
        return { again: false, until: this.resolve(epoch, toOpen(round, this.tools.options.maxInsertMs)) };
    }
  }

  /** The deadline may have come too early because this process was suspended, and with it its idea of the time. */
  private async releaseLate(epoch: string, closable: readonly Closable[]): Promise<void> {
    await Promise.all([this.closing.release(epoch, closable), this.tools.serverClock.sync()]);
  }

  private async confirm({ epoch, verdicts }: Round, closable: readonly Closable[]): Promise<void> {
    await this.closing.confirm(epoch, closable);
    for (const { lane, writes } of verdicts) {
      const restored = writes.filter(({ item }) => item.append.restored);
      if (restored.length === 0) continue;
      // Events of another log bring keys along that no reservation knows, and are not dispatched.
      await this.closing.forget(epoch, lane.stream);
      const { stored } = restored[0]!;
      const range = { from: stored[0]!.sequence, to: restored.at(-1)!.stored.at(-1)!.sequence };
      await this.undispatched.strike([{ stream: lane.stream, ...range }]);
    }
  }

  /** When a reservation cannot be closed now, the next one who needs its stream closes it later. */
  private track(closing: Promise<void>): Promise<void> {
    const done = closing.catch(() => undefined).finally(() => this.unsettled.delete(done));
    this.unsettled.add(done);
    return done;
  }

  /** Of streams that wait to be dispatched: who asks for that list would find those of the dead there for ever. */
  private closeLeft(epoch: string, streams: readonly ReservedStream[]): void {
    const nowMs = this.tools.serverClock.now();
    for (const left of byBatch(streams.filter(({ reservation }) => endsAt(reservation) <= nowMs))) {
      void this.track(this.resolver.resolve({ epoch, streams: left }));
    }
  }

  private hold({ epoch, undecided }: Round): HeldLane[] {
    const unknown: { lane: Lane; stream: Lane['stream']; ticket: string }[] = [];
    const busy: { lane: Lane; reservedMs: number }[] = [];
    const left: (ReservedStream & { readonly lane: Lane })[] = [];
    const unsure: Lane[] = [];
    const nowMs = this.tools.serverClock.now();
    for (const { lane, reply } of undecided) {
      const { stream } = lane;
      if (reply[0] === 'unknown') unknown.push({ lane, stream, ticket: reply[1] });
      else if (reply[0] === 'held') {
        const reservation = parseReservation(reply[1]);
        if (endsAt(reservation) > nowMs) busy.push({ lane, reservedMs: Number(reservation.reservedMs) });
        else left.push({ lane, stream, reservation });
      } else unsure.push(lane);
    }
    const seeded = unknown.length > 0 ? told(this.seeder.seed(epoch, unknown)) : undefined;
    const youngest = nowMs - Math.max(...busy.map(({ reservedMs }) => reservedMs));
    const asked = busy.length > 0 ? pause(youngest / 2) : undefined;
    return [
      ...unknown.map(({ lane }) => ({ lane, until: seeded! })),
      ...busy.map(({ lane }) => ({ lane, until: asked! })),
      // The stream has forgotten keys once more since the log was asked.
      ...unsure.map((lane) => ({ lane, until: pause(0) })),
      ...byBatch(left).flatMap((streams) => {
        const until = this.resolve(epoch, streams);
        return streams.map(({ lane }) => ({ lane, until }));
      }),
    ];
  }

  private resolve(epoch: string, streams: readonly ReservedStream[]): Promise<void> {
    return told(this.resolver.resolve({ epoch, streams }));
  }
}

/** The reservations that a round has left open. */
function toOpen(round: Round, maxInsertMs: number): ReservedStream[] {
  const { id, token, deadlineMs, nowMs } = round;
  return round.verdicts.flatMap(({ lane: { stream }, writes }) => {
    const [first, last] = [writes[0]?.stored[0], writes.at(-1)?.stored.at(-1)];
    if (first === undefined || last === undefined) return [];
    const reservation = {
      id,
      token,
      first: `${first.sequence}`,
      last: `${last.sequence}`,
      deadlineMs: `${deadlineMs}`,
      maxInsertMs: `${maxInsertMs}`,
      reservedMs: `${nowMs}`,
    };
    return [{ stream, reservation }];
  });
}

function byBatch<S extends ReservedStream>(streams: readonly S[]): readonly (readonly S[])[] {
  const batches = new Map<string, S[]>();
  for (const one of streams) {
    const { token } = one.reservation;
    batches.set(token, [...(batches.get(token) ?? []), one]);
  }
  return [...batches.values()];
}

/** Somewhat longer than asked for, so that those who wait do not come together. */
function pause(ms: number): Promise<void> {
  const least = Math.ceil(Math.min(Math.max(ms, MIN_BUSY_MS), MAX_BUSY_MS));
  return sleep(randomInt(least, 2 * least));
}

/** What the callers of a lane are told when its stream cannot be made ready. */
async function told(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (cause) {
    if (cause instanceof EventSourcingError && cause.code === 'CLOSED') throw cause;
    if (cause instanceof StoreUnavailableError) throw cause;
    throw new StoreUnavailableError('The arbiter in Redis could not make the stream ready', { cause });
  }
}
