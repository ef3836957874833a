import type { RedisConnection } from '../../redis/redis-connection.js';
import type { RedisScript } from '../../redis/redis-script.js';
import { encodeKey } from '../../tenancy/encode-key.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { checkLimit, checkNote, checkTarget, isWanted } from '../check-control.js';
import { type Lane, componentKey, laneKey, parseLaneKey } from '../lane.js';
import type {
  DeadLetter,
  FailingLane,
  HoldTarget,
  LaneContent,
  LaneFilter,
  OperatorNote,
  ParkedLane,
  QueueAction,
  QueueControl,
  SwitchedOff,
} from '../queue-control.js';
import type { QueueUsage } from '../queue-usage.js';
import { toHold, toTarget } from './hold-names.js';
import {
  type DeadReply,
  type InspectReply,
  type ListedReply,
  toDeadLetter,
  toFailingLane,
  toLaneContent,
  toParkedLane,
  toSwitchedOff,
} from './lane-reports.js';
import { QueueFigures } from './queue-figures.js';
import { runScript } from './run-script.js';
import { DEAD_LETTER } from './scripts/dead-letter.script.js';
import { DEAD_LETTERS } from './scripts/dead-letters.script.js';
import { HOLD } from './scripts/hold.script.js';
import { INSPECT_LANE } from './scripts/inspect-lane.script.js';
import { LISTED_LANES } from './scripts/listed-lanes.script.js';
import { RECORDS } from './scripts/records.script.js';
import { RELEASE_DEAD_LETTER } from './scripts/release-dead-letter.script.js';
import { RELEASE_LANE } from './scripts/release-lane.script.js';
import { SWITCHED_OFF } from './scripts/switched-off.script.js';

/** Lanes or dead letters that one script reads. */
const PAGE = 200;

/** The actions of operators, each one script. */
export class RedisQueueControl implements QueueControl {
  private readonly figures: QueueFigures;

  constructor(
    private readonly connection: RedisConnection,
    private readonly prefix: string,
  ) {
    this.figures = new QueueFigures(connection, prefix);
  }

  async parkedLanes(filter: LaneFilter = {}): Promise<readonly ParkedLane[]> {
    return (await this.listed('parked', filter)).map(toParkedLane);
  }

  async failingLanes(filter: LaneFilter = {}): Promise<readonly FailingLane[]> {
    return (await this.listed('failing', filter)).map(toFailingLane);
  }

  async deadLetters(filter: LaneFilter = {}): Promise<readonly DeadLetter[]> {
    const limit = checkLimit(filter.limit);
    const isWanted = await this.wanted(filter);
    const groups = filter.component ? [componentKey(filter.component)] : await this.groupsWithDeadLetters();
    const found: DeadLetter[] = [];
    for (const group of groups) {
      let after = '-inf';
      while (found.length < limit) {
        const page = (await this.run(DEAD_LETTERS, [group, after, PAGE])) as DeadReply[];
        found.push(...page.map(toDeadLetter).filter(({ lane }) => isWanted(lane)));
        if (page.length < PAGE) break;
        after = page.at(-1)![0];
      }
    }
    return found.slice(0, limit);
  }

  async deadLetter(id: number): Promise<DeadLetter | undefined> {
    const reply = (await this.run(DEAD_LETTER, [id])) as DeadReply | readonly [];
    return reply.length === 0 ? undefined : toDeadLetter(reply);
  }

  async inspect(lane: Lane, limit?: number): Promise<LaneContent | undefined> {
    return toLaneContent((await this.run(INSPECT_LANE, [laneKey(lane), checkLimit(limit)])) as InspectReply);
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

  async switchedOff(filter: LaneFilter = {}): Promise<readonly SwitchedOff[]> {
    const limit = checkLimit(filter.limit);
    const isWanted = await this.wanted(filter);
    const found: SwitchedOff[] = [];
    for (let from = 0; found.length < limit; from += PAGE) {
      const page = toSwitchedOff((await this.run(SWITCHED_OFF, [from, PAGE])) as string[]);
      found.push(
        ...page.filter(({ component, tenantId }) => isWanted({ ...component, tenantId, aggregateType: '', id: '' })),
      );
      if (page.length < PAGE) break;
    }
    return found.slice(0, limit);
  }

  async actions(limit?: number): Promise<readonly QueueAction[]> {
    const [, actions] = (await this.run(RECORDS, [checkLimit(limit)])) as [string[], string[]];
    return actions.map((action) => JSON.parse(action.slice(action.indexOf('\n') + 1)) as QueueAction);
  }

  usageByTenant(): Promise<ReadonlyMap<TenantId, QueueUsage>> {
    return this.figures.byTenant();
  }

  usageByComponent(): Promise<ReadonlyMap<string, QueueUsage>> {
    return this.figures.byComponent();
  }

  usageByPipeline(): Promise<ReadonlyMap<string, QueueUsage>> {
    return this.figures.byPipeline();
  }

  /** The components that have dead letters. */
  groupsWithDeadLetters(): Promise<readonly string[]> {
    return this.figures.groupsWithDeadLetters();
  }

  private async listed(list: 'parked' | 'failing', filter: LaneFilter): Promise<readonly ListedReply[]> {
    const limit = checkLimit(filter.limit);
    const isWanted = await this.wanted(filter);
    const found: ListedReply[] = [];
    for (let from = 0; found.length < limit; from += PAGE) {
      const page = (await this.run(LISTED_LANES, [list, from, PAGE])) as ListedReply[];
      found.push(...page.filter(([lane]) => isWanted(parseLaneKey(lane))));
      if (page.length < PAGE) break;
    }
    return found.slice(0, limit);
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

  /** Whether a lane is among those that a filter names. */
  private async wanted(filter: LaneFilter): Promise<(lane: Lane) => boolean> {
    const pipelines = filter.pipeline === undefined ? undefined : await this.figures.pipelines();
    return (lane) => isWanted(lane, filter, (one) => pipelines?.get(componentKey(one)));
  }

  private run(script: RedisScript, args: readonly (string | number)[]): Promise<unknown> {
    return runScript(this.connection, script, this.prefix, args);
  }
}

function toRecord(action: Omit<QueueAction, 'at'>): string {
  return JSON.stringify({ ...action, at: Date.now() });
}
