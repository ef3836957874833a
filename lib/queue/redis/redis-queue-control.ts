import type { RedisConnection } from '../../redis/redis-connection.js';
import type { RedisScript } from '../../redis/redis-script.js';
import { encodeKey } from '../../tenancy/encode-key.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { checkLimit, checkNote, checkTarget, isWanted } from '../check-control.js';
import { type Lane, type LaneKind, componentKey, laneKey, parseLaneKey } from '../lane.js';
import type {
  DeadLetter,
  HoldTarget,
  JobFailure,
  LaneContent,
  LaneFilter,
  OperatorNote,
  ParkedLane,
  QueueAction,
  QueueControl,
  QueueUsage,
} from '../queue-control.js';
import { decodeEntry } from './entry-codec.js';
import { runScript } from './run-script.js';
import { DEAD_LETTERS } from './scripts/dead-letters.script.js';
import { HOLD } from './scripts/hold.script.js';
import { INSPECT_LANE } from './scripts/inspect-lane.script.js';
import { PARKED_LANES } from './scripts/parked-lanes.script.js';
import { RECORDS } from './scripts/records.script.js';
import { RELEASE_DEAD_LETTER } from './scripts/release-dead-letter.script.js';
import { RELEASE_LANE } from './scripts/release-lane.script.js';
import { USAGE } from './scripts/usage.script.js';

/** Lanes or dead letters that one script reads. */
const PAGE = 200;

const STATUS = { r: 'ready', s: 'ready', w: 'waiting', l: 'running', p: 'parked' } as const;

type ParkedReply = [lane: string, at: string, jobs: number, tries: string, errors: string];
type DeadReply = [
  id: string,
  lane: string,
  entry: string,
  attempts: string,
  at: string,
  errors: string,
  reason: string,
];

/** The actions of operators, each one script. */
export class RedisQueueControl implements QueueControl {
  constructor(
    private readonly connection: RedisConnection,
    private readonly prefix: string,
  ) {}

  async parkedLanes(filter: LaneFilter = {}): Promise<readonly ParkedLane[]> {
    const limit = checkLimit(filter.limit);
    const found: ParkedLane[] = [];
    for (let from = 0; found.length < limit; from += PAGE) {
      const page = (await this.run(PARKED_LANES, [from, PAGE])) as ParkedReply[];
      found.push(...page.map(toParkedLane).filter(({ lane }) => isWanted(lane, filter)));
      if (page.length < PAGE) break;
    }
    return found.slice(0, limit);
  }

  async deadLetters(filter: LaneFilter = {}): Promise<readonly DeadLetter[]> {
    const limit = checkLimit(filter.limit);
    const groups = filter.component ? [componentKey(filter.component)] : await this.groupsWithDeadLetters();
    const found: DeadLetter[] = [];
    for (const group of groups) {
      let after = '-inf';
      while (found.length < limit) {
        const page = (await this.run(DEAD_LETTERS, [group, after, PAGE])) as DeadReply[];
        found.push(...page.map(toDeadLetter).filter(({ lane }) => isWanted(lane, filter)));
        if (page.length < PAGE) break;
        after = page.at(-1)![0];
      }
    }
    return found.slice(0, limit);
  }

  async inspect(lane: Lane, limit?: number): Promise<LaneContent | undefined> {
    const reply = (await this.run(INSPECT_LANE, [laneKey(lane), checkLimit(limit)])) as [
      string,
      number,
      string,
      string,
    ];
    const [state, size, tries, errors, ...entries] = reply;
    if (state === '') return undefined;
    const status = STATUS[state[0] as keyof typeof STATUS];
    return { status, size, jobs: (entries as string[]).map(decodeEntry), ...toAttempts(tries, errors) };
  }

  retryLane(lane: Lane, note: OperatorNote): Promise<boolean> {
    return this.releaseLane('retry', lane, note);
  }

  skipJob(lane: Lane, note: OperatorNote): Promise<boolean> {
    return this.releaseLane('skip', lane, note);
  }

  discardJob(lane: Lane, note: OperatorNote): Promise<boolean> {
    return this.releaseLane('discard', lane, note);
  }

  retryDeadLetter(id: number, note: OperatorNote): Promise<boolean> {
    return this.releaseDeadLetter('retry', id, note);
  }

  discardDeadLetter(id: number, note: OperatorNote): Promise<boolean> {
    return this.releaseDeadLetter('discard', id, note);
  }

  async redrive(filter: LaneFilter, note: OperatorNote): Promise<number> {
    let redriven = 0;
    for (const { id } of await this.deadLetters(filter)) if (await this.retryDeadLetter(id, note)) redriven += 1;
    return redriven;
  }

  pause(target: HoldTarget, note: OperatorNote): Promise<boolean> {
    return this.hold('pause', target, note);
  }

  resume(target: HoldTarget, note: OperatorNote): Promise<boolean> {
    return this.hold('resume', target, note);
  }

  async holds(): Promise<readonly HoldTarget[]> {
    const [holds] = (await this.run(RECORDS, [1])) as [string[], string[]];
    return holds.map(toTarget);
  }

  async actions(limit?: number): Promise<readonly QueueAction[]> {
    const [, actions] = (await this.run(RECORDS, [checkLimit(limit)])) as [string[], string[]];
    return actions.map((action) => JSON.parse(action.slice(action.indexOf('\n') + 1)) as QueueAction);
  }

  async usageByTenant(): Promise<ReadonlyMap<TenantId, QueueUsage>> {
    const usage = await this.usage('tenant', ({ tenantId }) => encodeKey(tenantId));
    return new Map([...usage].map(([tenant, one]) => [decodeURIComponent(tenant) as TenantId, one]));
  }

  usageByComponent(): Promise<ReadonlyMap<string, QueueUsage>> {
    return this.usage('group', componentKey);
  }

  private async releaseLane(action: 'retry' | 'skip' | 'discard', lane: Lane, note: OperatorNote): Promise<boolean> {
    checkNote(note);
    const record = toRecord({ action, subject: lane, ...note });
    return (await this.run(RELEASE_LANE, [laneKey(lane), action, note.reason, record])) === 1;
  }

  private async releaseDeadLetter(action: 'retry' | 'discard', id: number, note: OperatorNote): Promise<boolean> {
    checkNote(note);
    const record = toRecord({ action, subject: { deadLetter: id }, ...note });
    return (await this.run(RELEASE_DEAD_LETTER, [id, action, record])) === 1;
  }

  private async hold(action: 'pause' | 'resume', target: HoldTarget, note: OperatorNote): Promise<boolean> {
    checkNote(note);
    checkTarget(target);
    const tenant = target.tenantId === undefined ? '' : encodeKey(target.tenantId);
    const record = toRecord({ action, subject: target, ...note });
    return (await this.run(HOLD, [action, toHold(target), tenant, record])) === 1;
  }

  /** The components that have dead letters. */
  async groupsWithDeadLetters(): Promise<readonly string[]> {
    const usage = await this.usageByComponent();
    return [...usage].filter(([, { deadLetters }]) => deadLetters > 0).map(([group]) => group);
  }

  private async usage(by: 'tenant' | 'group', nameOf: (lane: Lane) => string): Promise<Map<string, QueueUsage>> {
    const [fields, leased] = (await this.run(USAGE, [by])) as [string[], string[]];
    const none = { jobs: 0, parkedJobs: 0, parkedLanes: 0, deadLetters: 0, running: 0, dropped: 0 };
    const usage = new Map<string, QueueUsage>();
    const note = (name: string, what: string, value: number): void => {
      const one = usage.get(name) ?? none;
      if (what in none) usage.set(name, { ...one, [what]: one[what as keyof QueueUsage] + value });
    };
    for (let index = 0; index < fields.length; index += 2) {
      const [name, what] = fields[index]!.split(' ');
      note(name!, what!, Number(fields[index + 1]));
    }
    for (const lane of leased) note(nameOf(parseLaneKey(lane)), 'running', 1);
    return usage;
  }

  private run(script: RedisScript, args: readonly (string | number)[]): Promise<unknown> {
    return runScript(this.connection, script, this.prefix, args);
  }
}

function toRecord(action: Omit<QueueAction, 'at'>): string {
  return JSON.stringify({ ...action, at: Date.now() });
}

/** As the claiming script looks for it. */
function toHold({ component, tenantId }: HoldTarget): string {
  if (component && tenantId !== undefined) return `x ${encodeKey(tenantId)}:${componentKey(component)}`;
  return component ? `g ${componentKey(component)}` : `t ${encodeKey(tenantId!)}`;
}

function toTarget(hold: string): HoldTarget {
  const parts = hold.slice(2).split(':').map(decodeURIComponent);
  const tenantId = hold.startsWith('g') ? undefined : (parts.shift() as TenantId);
  const [kind, component] = parts;
  return {
    ...(kind === undefined ? {} : { component: { kind: kind as LaneKind, component: component! } }),
    ...(tenantId === undefined ? {} : { tenantId }),
  };
}

function toAttempts(tries: string, errors: string): { attempts: number; failures: readonly JobFailure[] } {
  return { attempts: Number(tries.split(' ')[0] ?? 0), failures: JSON.parse(errors) as readonly JobFailure[] };
}

function toParkedLane([lane, at, jobs, tries, errors]: ParkedReply): ParkedLane {
  return { lane: parseLaneKey(lane), jobs, parkedAt: Number(at), ...toAttempts(tries, errors) };
}

function toDeadLetter([id, lane, entry, attempts, at, errors, reason]: DeadReply): DeadLetter {
  return {
    id: Number(id),
    lane: parseLaneKey(lane),
    job: decodeEntry(entry),
    attempts: Number(attempts),
    putAsideAt: Number(at),
    failures: JSON.parse(errors) as readonly JobFailure[],
    ...(reason === '' ? {} : { skippedBecause: reason }),
  };
}
