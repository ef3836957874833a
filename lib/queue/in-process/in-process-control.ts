import type { Clock } from '../../clock/clock.js';
import { KEPT_ACTIONS, checkLimit, checkNote, checkTarget, isWanted } from '../check-control.js';
import { type Lane, type LaneComponent, componentKey, laneKey } from '../lane.js';
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
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { InProcessFigures } from './in-process-figures.js';
import type { InProcessLane } from './in-process-lane.js';
import type { InProcessLanes } from './in-process-lanes.js';
import type { SwitchedOffComponents } from './switched-off-components.js';

/** The actions of operators, on lanes in memory. */
export class InProcessControl implements QueueControl {
  private readonly held = new Map<string, HoldTarget>();
  /** With the tenants that they concern. */
  private done: { readonly tenantId: TenantId | undefined; readonly action: QueueAction }[] = [];

  /** @param claim called when lanes may have become ready */
  constructor(
    private readonly lanes: InProcessLanes,
    private readonly figures: InProcessFigures,
    private readonly off: SwitchedOffComponents,
    private readonly clock: Clock,
    private readonly claim: () => void,
  ) {}

  isHeld(lane: Lane): boolean {
    for (const target of this.held.values()) if (this.isWanted(lane, target)) return true;
    return false;
  }

  /** Drops what is held of a tenant, and what was done for it. */
  forget(tenantId: TenantId): void {
    for (const [name, target] of this.held) if (target.tenantId === tenantId) this.held.delete(name);
    this.done = this.done.filter((one) => one.tenantId !== tenantId);
  }

  /** Drops what is held of a component. */
  forgetComponent(component: LaneComponent): void {
    const key = componentKey(component);
    for (const [name, target] of this.held) {
      if (target.component && componentKey(target.component) === key) this.held.delete(name);
    }
  }

  async parkedLanes(filter: LaneFilter = {}): Promise<readonly ParkedLane[]> {
    const limit = checkLimit(filter.limit);
    return [...this.lanes.byKey.values()]
      .filter(({ status, lane }) => status === 'parked' && this.isWanted(lane, filter))
      .toSorted((one, other) => one.parkedAt - other.parkedAt)
      .slice(0, limit)
      .map((one) => ({ lane: one.lane, jobs: one.size, parkedAt: one.parkedAt, ...attemptsOf(one) }));
  }

  async failingLanes(filter: LaneFilter = {}): Promise<readonly FailingLane[]> {
    const limit = checkLimit(filter.limit);
    return [...this.lanes.byKey.values()]
      .filter(
        ({ failingSince, status, lane }) =>
          failingSince !== undefined && status !== 'parked' && this.isWanted(lane, filter),
      )
      .toSorted((one, other) => one.failingSince! - other.failingSince!)
      .slice(0, limit)
      .map((one) => ({
        lane: one.lane,
        status: this.statusOf(one) as FailingLane['status'],
        jobs: one.size,
        failingSince: one.failingSince!,
        outages: one.tries.outages,
        ...(one.nextAttemptAt === undefined ? {} : { nextAttemptAt: one.nextAttemptAt }),
        ...attemptsOf(one),
      }));
  }

  async deadLetters(filter: LaneFilter = {}): Promise<readonly DeadLetter[]> {
    const limit = checkLimit(filter.limit);
    return [...this.lanes.deadLetters.values()].filter(({ lane }) => this.isWanted(lane, filter)).slice(0, limit);
  }

  async deadLetter(id: number): Promise<DeadLetter | undefined> {
    return this.lanes.deadLetters.get(id);
  }

  async inspect(of: Lane, limit?: number): Promise<LaneContent | undefined> {
    const lane = this.lanes.byKey.get(laneKey(of));
    const jobs = lane?.peek(checkLimit(limit));
    if (!lane || !jobs) return undefined;
    return { status: this.statusOf(lane), size: lane.size, jobs, outages: lane.tries.outages, ...attemptsOf(lane) };
  }

  async retryLane(of: Lane, note: OperatorNote): Promise<boolean> {
    return this.release('retry', of, note);
  }

  async skipJob(of: Lane, note: OperatorNote): Promise<boolean> {
    return this.release('skip', of, note);
  }

  async discardJob(of: Lane, note: OperatorNote): Promise<boolean> {
    return this.release('discard', of, note);
  }

  async retryDeadLetter(id: number, note: OperatorNote): Promise<boolean> {
    const letter = this.takeDeadLetter('retry', id, note);
    if (!letter) return false;
    this.lanes.add([{ lane: letter.lane, job: letter.job }]);
    this.claim();
    return true;
  }

  async discardDeadLetter(id: number, note: OperatorNote): Promise<boolean> {
    return this.takeDeadLetter('discard', id, note) !== undefined;
  }

  async redrive(filter: LaneFilter, note: OperatorNote): Promise<number> {
    const letters = await this.deadLetters(filter);
    for (const { id } of letters) await this.retryDeadLetter(id, note);
    return letters.length;
  }

  async pause(target: HoldTarget, note: OperatorNote): Promise<boolean> {
    checkNote(note);
    checkTarget(target);
    if (this.held.has(nameOf(target))) return false;
    this.held.set(nameOf(target), target);
    this.record(target.tenantId, { action: 'pause', subject: target, ...note });
    return true;
  }

  async resume(target: HoldTarget, note: OperatorNote): Promise<boolean> {
    checkNote(note);
    checkTarget(target);
    if (!this.held.delete(nameOf(target))) return false;
    this.record(target.tenantId, { action: 'resume', subject: target, ...note });
    this.lanes.release((lane) => this.isWanted(lane, target));
    this.claim();
    return true;
  }

  async holds(): Promise<readonly HoldTarget[]> {
    return [...this.held.values()];
  }

  async switchedOff(filter: LaneFilter = {}): Promise<readonly SwitchedOff[]> {
    const limit = checkLimit(filter.limit);
    return this.off
      .list()
      .filter(({ component, tenantId }) => this.isWanted({ ...component, tenantId, aggregateType: '', id: '' }, filter))
      .slice(0, limit);
  }

  async actions(limit?: number): Promise<readonly QueueAction[]> {
    return this.done
      .slice(-checkLimit(limit))
      .map(({ action }) => action)
      .reverse();
  }

  async usageByTenant(): Promise<ReadonlyMap<TenantId, QueueUsage>> {
    return this.figures.byTenant();
  }

  async usageByComponent(): Promise<ReadonlyMap<string, QueueUsage>> {
    return this.figures.byComponent();
  }

  async usageByPipeline(): Promise<ReadonlyMap<string, QueueUsage>> {
    return this.figures.byPipeline();
  }

  private statusOf({ status, lane }: InProcessLane): LaneContent['status'] {
    if (status !== 'held' && status !== 'idle' && status !== 'ready') return status;
    return this.off.isOff(lane) ? 'held' : 'ready';
  }

  private isWanted(lane: Lane, filter: Omit<LaneFilter, 'limit'>): boolean {
    return isWanted(lane, filter, (one) => this.figures.pipelineOf(one));
  }

  private release(action: 'retry' | 'skip' | 'discard', of: Lane, note: OperatorNote): boolean {
    checkNote(note);
    const lane = this.lanes.byKey.get(laneKey(of));
    if (!lane || lane.status === 'running' || lane.failingSince === undefined) return false;
    if (action === 'skip') this.lanes.putAside(lane, lane.peek(1)[0]!, note.reason);
    this.lanes.letGo(lane, action === 'retry' ? 0 : 1);
    this.claim();
    this.record(of.tenantId, { action, subject: of, ...note });
    return true;
  }

  private takeDeadLetter(action: 'retry' | 'discard', id: number, note: OperatorNote): DeadLetter | undefined {
    checkNote(note);
    const letter = this.lanes.deadLetters.get(id);
    if (!letter) return undefined;
    this.lanes.deadLetters.delete(id);
    this.record(letter.lane.tenantId, { action, subject: { deadLetter: id }, ...note });
    return letter;
  }

  private record(tenantId: TenantId | undefined, action: Omit<QueueAction, 'at'>): void {
    this.done.push({ tenantId, action: { ...action, at: this.clock.now() } });
    if (this.done.length > KEPT_ACTIONS) this.done.shift();
  }
}

function attemptsOf({ tries, failures }: InProcessLane): Pick<ParkedLane, 'attempts' | 'failures'> {
  return { attempts: tries.failures, failures: [...failures] };
}

function nameOf({ component, pipeline, tenantId }: HoldTarget): string {
  return JSON.stringify([component ? componentKey(component) : null, pipeline ?? null, tenantId ?? null]);
}
