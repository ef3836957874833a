import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Compiled } from '../support/compile.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { machineTime } from './journal.js';
import type { WorkerPlan } from './worker-main.js';

/** No worker of a test lives longer. */
const WORKER_TIMEOUT_MS = 300_000;

/** A worker process behind a proxy of its own. */
export interface Worker {
  readonly name: string;
  readonly process: ChildProcess;
  readonly proxy: TcpProxy;
}

export interface CrewPlan extends Pick<WorkerPlan, 'leaseMs' | 'handlerMs'> {
  /** Directory of what they write down. */
  readonly journals: string;
}

/** Worker processes that share a queue. */
export class Crew {
  readonly workers: Worker[] = [];
  private hired = 0;
  private dismissed = false;
  private readonly proxies: TcpProxy[] = [];

  private constructor(
    private readonly compiled: Compiled,
    private readonly redisPort: number,
    private readonly plan: CrewPlan,
  ) {}

  static async gather(compiled: Compiled, redisPort: number, plan: CrewPlan, size: number): Promise<Crew> {
    const crew = new Crew(compiled, redisPort, plan);
    await Promise.all(Array.from({ length: size }, () => crew.hire()));
    return crew;
  }

  /** Starts one more worker, again where it cannot begin because the server is away, and resolves when it works. */
  async hire(): Promise<void> {
    const name = `worker ${(this.hired += 1)}`;
    const proxy = await TcpProxy.start(this.redisPort);
    this.proxies.push(proxy);
    const { journals, ...how } = this.plan;
    const host = this.hired % 2 === 0 ? 'native' : 'bullmq';
    const plan: WorkerPlan = { ...how, name, host, port: proxy.port, journal: join(journals, name) };
    const main = join(this.compiled.path, 'test/chaos/worker-main.js');
    for (let started = false; !started && !this.dismissed;) {
      const child = spawn(process.execPath, [main, JSON.stringify(plan)], {
        stdio: ['ignore', 'pipe', 'inherit'],
        timeout: WORKER_TIMEOUT_MS,
        killSignal: 'SIGKILL',
      });
      const worker = { name, process: child, proxy };
      this.workers.push(worker);
      child.once('exit', () => this.workers.splice(this.workers.indexOf(worker), 1));
      const ready = once(child.stdout, 'data').then(() => true);
      started = await Promise.race([ready, once(child, 'exit').then(() => false)]);
    }
  }

  /** Ends a worker, which must not be stopped where the signal is to be heard. @returns when it was sent the signal */
  async end(worker: Worker, signal: 'SIGKILL' | 'SIGTERM'): Promise<number> {
    const at = machineTime();
    if (worker.process.exitCode !== null || worker.process.signalCode !== null) return at;
    const exited = once(worker.process, 'exit');
    worker.process.kill(signal);
    await exited;
    return at;
  }

  async dismiss(): Promise<void> {
    this.dismissed = true;
    await Promise.all([...this.workers].map((worker) => this.end(worker, 'SIGKILL')));
    await Promise.all(this.proxies.map((proxy) => proxy.stop()));
  }
}
