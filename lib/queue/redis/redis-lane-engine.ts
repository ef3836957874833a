import { createHash, randomUUID } from 'node:crypto';
import type { RedisConnection } from '../../redis/redis-connection.js';
import { encodeKey } from '../../tenancy/encode-key.js';
import type { QueueDepth } from '../group-queue.js';
import type { JobAnswer } from '../job-answer.js';
import type { LaneOutcome } from '../lane-batch.js';
import type { Once } from '../once.js';
import type { LaneEntries } from './lane-entries.js';
import { runScript } from './run-script.js';
import { DEPTH } from './scripts/depth.script.js';
import { LIFE } from './scripts/life.script.js';
import { EXCHANGE } from './scripts/exchange.script.js';
import { STAGE } from './scripts/stage.script.js';

/** The jobs of one call of `stage()`. */
export interface StageCall {
  /** How many of the jobs are commands. */
  readonly commands: number;
  readonly lanes: readonly LaneEntries[];
  /** Under which key they are staged once. */
  readonly once?: Once;
}

/** Several calls on their way together; sent again under the same number, they are taken once. */
export interface Flush {
  readonly producer: string;
  readonly number: number;
  /** The first of the producer's flushes that has no answer yet; none is taken before one that is. */
  readonly oldest: number;
  readonly calls: readonly StageCall[];
}

export interface StageAnswer {
  /** Per call an empty text when it was taken, or what refused it: see the script. */
  readonly calls: readonly string[];
  /** Of the live routes, after that. */
  readonly revision: string;
}

export interface StageLimits {
  readonly maxWaitingCommands: number;
  readonly maxWaitingJobs: number;
  readonly maxWaitingJobsPerTenant: number;
  readonly maxDelayedJobsPerTenant: number;
  readonly maxWaitingBytesPerTenant: number;
}

/** How long answers are kept, and how many of a tenant at least. */
export interface AnswerLimits {
  readonly answersKeptMs: number;
  readonly answersKeptPerTenant: number;
}

/** A lane in the hands of this worker, until its lease ends. */
export interface LeasedLane {
  readonly lane: string;
  /** Rises with each lease; whoever has an older one has lost the lane. */
  readonly token: string;
}

/** A lane with the entries of its next batch. */
export interface Claim extends LeasedLane {
  readonly failures: number;
  readonly outages: number;
  /** Whether any of the entries was handed out before. */
  readonly redelivered: boolean;
  /** Whether its last worker died; a worker has one such lane at a time, and prolongs its lease before it runs it. */
  readonly suspect: boolean;
  readonly entries: readonly string[];
}

/** How a batch ended. */
export interface BatchEnd extends LeasedLane {
  readonly completed: number;
  readonly step: 'settle' | 'wait' | 'park' | 'dead-letter' | 'hold';
  readonly delayMs: number;
  readonly failures: number;
  readonly outages: number;
  /** Bound of the next batch while a failing job is looked for; 0 for none. */
  readonly batchLimit: number;
  /** The failure as JSON, or empty. */
  readonly error: string;
  readonly answers: readonly JobAnswer[];
  readonly followUps: readonly LaneEntries[];
  /** For whoever hosts the batch: to be called when an exchange has taken this end. */
  readonly staged?: LaneOutcome['staged'];
}

/** Lanes wanted of one class, and how many one tenant may have at a time. */
export interface Wanted {
  readonly lanes: number;
  readonly perTenant: number;
}

/** A component that a worker can handle. */
export type KnownGroup = readonly [group: string, maxBatchJobs: number, pipeline?: string];

/** What a worker says in one turn. */
export interface Turn {
  readonly ends: readonly BatchEnd[];
  readonly renewals: readonly LeasedLane[];
  readonly commands: Wanted;
  readonly others: Wanted;
  readonly maySuspect: boolean;
  /** Lanes that tenants have running here, as far as that may matter for their share: `c` or `o`, tenant, lanes. */
  readonly busy: readonly (readonly ['c' | 'o', string, number])[];
  /** What the worker can handle, with the most jobs of a batch. */
  readonly groups: readonly KnownGroup[];
  /** Groups whose mark it took without having room. */
  readonly wake: readonly string[];
}

export interface TurnAnswer {
  /** Milliseconds until a lane is due or a lease ends; `undefined` when there is none. */
  readonly dueInMs: number | undefined;
  /** Whether it stopped at a bound of its own, before it had looked everywhere. */
  readonly more: boolean;
  /** Whether lanes were left because their tenant has its share. */
  readonly capped: boolean;
  readonly lost: readonly string[];
  /** Of the live routes, after that. */
  readonly revision: string;
  readonly claims: readonly Claim[];
}

/** Bounds of what one script handles, so that it takes the server no more than a few milliseconds. */
const MAX_ENTRIES = 256;
const MAX_BYTES = 262_144;

type ClaimReply = [lane: string, token: string, history: string, ...entries: string[]];
type DepthReply = [number, number, number, number, number, number];
type ExchangeReply = [number, number, number, string[], string, ClaimReply[]];

/** The lanes on the server: one call for one atomic step. It knows nothing of who hosts the handlers. */
export class RedisLaneEngine {
  private readonly keys: readonly [string];
  private known: { readonly groups: Turn['groups']; readonly args: readonly (string | number)[] } | undefined;

  constructor(
    private readonly connection: Pick<RedisConnection, 'run'>,
    private readonly prefix: string,
    private readonly leaseMs: number,
    private readonly limits: StageLimits & AnswerLimits,
  ) {
    this.keys = [prefix];
  }

  async stage({ producer, number, oldest, calls }: Flush): Promise<StageAnswer> {
    const { limits } = this;
    const args: (string | number)[] = [
      limits.maxWaitingBytesPerTenant,
      producer,
      number,
      oldest,
      limits.maxWaitingCommands,
      limits.maxWaitingJobs,
      limits.maxWaitingJobsPerTenant,
      limits.maxDelayedJobsPerTenant,
      calls.length,
    ];
    for (const { commands, lanes, once } of calls) {
      args.push(commands, lanes.length, ...(once ? [encodeKey(once.key), once.forMs, once.value] : ['']));
      pushLanes(args, lanes);
    }
    const [answers, revision] = (await this.connection.run(STAGE, this.keys, args)) as [string[], string];
    return { calls: answers, revision };
  }

  async exchange(turn: Turn): Promise<TurnAnswer> {
    const { commands, others, wake, renewals, busy, groups, ends } = turn;
    const args: (string | number)[] = [this.limits.maxWaitingBytesPerTenant, this.leaseMs, MAX_ENTRIES, MAX_BYTES];
    args.push(turn.maySuspect ? 1 : 0, commands.lanes, commands.perTenant, others.lanes, others.perTenant);
    args.push(wake.length, ...wake, renewals.length);
    for (const { lane, token } of renewals) args.push(lane, token);
    args.push(busy.length, ...busy.flat(), ...this.groupArgs(groups), ends.length);
    for (const end of ends) {
      args.push(end.lane, end.token, end.completed, end.followUps.length);
      pushLanes(args, end.followUps);
      pushFate(args, end);
    }
    pushAnswers(args, ends, this.limits);
    const reply = (await this.connection.run(EXCHANGE, this.keys, args)) as ExchangeReply;
    const [dueInMs, more, capped, lost, revision, claims] = reply;
    return {
      dueInMs: dueInMs < 0 ? undefined : dueInMs,
      more: more === 1,
      capped: capped === 1,
      lost,
      revision,
      claims: claims.map(toClaim),
    };
  }

  /** Made once for all turns of a worker. */
  private groupArgs(groups: Turn['groups']): readonly (string | number)[] {
    if (this.known?.groups !== groups) {
      const named = groups.flatMap(([group, maxBatchJobs, pipeline]) => [
        group,
        maxBatchJobs,
        pipeline === undefined ? '' : encodeKey(pipeline),
      ]);
      const fingerprint = createHash('sha1').update(named.join(' ')).digest('hex');
      this.known = { groups, args: [fingerprint, groups.length, ...named] };
    }
    return this.known.args;
  }

  /** @throws QueueUnavailableError, ForeignKeyError, ClosedError */
  async depth(): Promise<QueueDepth> {
    const reply = (await runScript(this.connection, DEPTH, this.prefix)) as DepthReply;
    const [jobs, parkedJobs, delayedJobs, running, parkedLanes, deadLetters] = reply;
    return { jobs, parkedJobs, delayedJobs, running, parkedLanes, deadLetters };
  }

  /** @throws QueueUnavailableError, ForeignKeyError, ClosedError */
  async life(): Promise<string> {
    return (await runScript(this.connection, LIFE, this.prefix, [randomUUID()])) as string;
  }
}

function pushLanes(args: (string | number)[], lanes: readonly LaneEntries[]): void {
  for (const { lane, entries } of lanes) args.push(lane, entries.length, ...entries);
}

/** What a batch that went well says nothing of. */
function pushFate(args: (string | number)[], end: BatchEnd): void {
  const { step, delayMs, failures, outages, batchLimit, error } = end;
  if (step === 'settle' && failures + outages + batchLimit === 0) args.push('');
  else args.push(step, Math.ceil(delayMs), failures, outages, batchLimit, error);
}

function pushAnswers(args: (string | number)[], ends: readonly BatchEnd[], limits: AnswerLimits): void {
  const places = ends.flatMap(({ answers }, index) => (answers.length > 0 ? [index] : []));
  args.push(places.length);
  if (places.length === 0) return;
  args.push(limits.answersKeptMs, limits.answersKeptPerTenant);
  for (const index of places) {
    const { answers } = ends[index]!;
    args.push(index + 1, answers.length);
    for (const { id, value } of answers) args.push(encodeKey(id), value);
  }
}

function toClaim([lane, token, history, ...entries]: ClaimReply): Claim {
  if (history === '') return { lane, token, failures: 0, outages: 0, redelivered: false, suspect: false, entries };
  const [failures, outages, redelivered, suspect] = history.split(' ').map(Number) as [number, number, number, number];
  return { lane, token, failures, outages, redelivered: redelivered > 0, suspect: suspect > 0, entries };
}
