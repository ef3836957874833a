import type { ProcessRole } from '../../../lib/index.js';
import type { Compiled } from '../../support/compile.js';
import type { Crash } from '../../support/crash-points.js';
import type { Answered } from './feeder.js';
import type { TallyPlan, TallySettings } from './tally-plan.js';
import { TallyProcess } from './tally-process.js';

/** What may differ from process to process. */
export type Special = Pick<TallyPlan, 'crash' | 'release' | 'pace'>;

/** The processes of one application. */
export class TallyFleet {
  /** How many processes came to their crash. */
  deaths = 0;
  /** When commands that are fed from now on count as answered. */
  waitFor: Answered = 'queued';
  private readonly processes: TallyProcess[] = [];
  private started = 0;
  private upTo = 0;

  constructor(
    private readonly compiled: Compiled,
    readonly settings: TallySettings,
  ) {}

  get alive(): readonly TallyProcess[] {
    return this.processes.filter((one) => one.alive);
  }

  get workers(): readonly TallyProcess[] {
    return this.alive.filter(({ plan }) => plan.role === 'worker');
  }

  get webs(): readonly TallyProcess[] {
    return this.alive.filter(({ plan }) => plan.role !== 'worker');
  }

  /** A web process goes on feeding where the last one was, which must have ended. */
  async start(role: ProcessRole, special: Special = {}): Promise<TallyProcess> {
    const name = `${role} ${(this.started += 1)}`;
    const one = await TallyProcess.start(this.compiled, { ...this.settings, ...special, name, role });
    this.processes.push(one);
    one.feed({ upTo: this.upTo, waitFor: this.waitFor });
    return one;
  }

  /** Lets a process run until it comes to the point where it is to die. @throws Error when it ends otherwise */
  async crash(role: ProcessRole, crash: Crash, special: Special = {}): Promise<TallyProcess> {
    const one = await this.start(role, { ...special, crash });
    const end = await one.ended;
    if (end !== 'SIGKILL') throw new Error(`The ${one.plan.name} that was to die at "${crash.point}" ended by ${end}.`);
    this.deaths += 1;
    return one;
  }

  /** Lets the web processes feed the pieces below `upTo`, those that are started later too. */
  feed(upTo: number): void {
    this.upTo = Math.max(this.upTo, upTo);
    for (const web of this.webs) web.feed({ upTo: this.upTo, waitFor: this.waitFor });
  }

  get feeds(): number {
    return this.upTo;
  }

  /** Ends the processes of a role, or all, by SIGKILL. */
  async kill(role?: ProcessRole): Promise<void> {
    const some = this.alive.filter(({ plan }) => role === undefined || plan.role === role);
    await Promise.all(some.map((one) => one.kill()));
  }
}
