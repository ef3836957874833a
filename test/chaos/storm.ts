import { setTimeout as delay } from 'node:timers/promises';
import type { TestRedis } from '../support/redis-server.js';
import type { TcpProxy } from '../support/tcp-proxy.js';
import type { Crew, Worker } from './crew.js';
import type { Random } from './random.js';

/** What strikes, more often the more often it stands here. */
const KINDS = [
  'worker killed',
  'worker killed',
  'worker killed',
  'worker stopped',
  'worker stopped',
  'worker cut off',
  'worker cut off',
  'worker asked to end',
  'producer cut off',
  'server killed',
  'server stopped',
] as const;

type Kind = (typeof KINDS)[number];

const LONGEST_PAUSE_MS = 600;

/** Misfortunes, as the seed has them. */
export class Storm {
  /** When workers were killed, by their names. */
  readonly deaths = new Map<string, number>();
  private readonly strikes: Kind[] = [];
  /** Nothing more befalls those until they are well again. */
  private readonly struck = new Set<Worker | 'server' | 'producer'>();
  private readonly mending: Promise<void>[] = [];

  constructor(
    private readonly crew: Crew,
    private readonly redis: TestRedis,
    /** Between the producer and the server. */
    private readonly proxy: TcpProxy,
    private readonly random: Random,
    private readonly leaseMs: number,
  ) {}

  /** Resolves when everything is well again. */
  async rage(strikes: number): Promise<void> {
    for (let count = 0; count < strikes; count += 1) {
      await delay(this.random.between(0, LONGEST_PAUSE_MS));
      const kind = this.random.oneOf(KINDS);
      const victims = this.crew.workers.filter((worker) => !this.struck.has(worker));
      const victim = kind.startsWith('worker') ? this.random.oneOf(victims) : whom(kind);
      // The same numbers are drawn whether it strikes or not.
      const ms = this.random.between(0.5, 3) * this.leaseMs;
      const waiting = this.random.oneOf(['delivered', 'gone'] as const);
      if (victim === undefined || this.struck.has(victim)) continue;
      this.strikes.push(kind);
      this.struck.add(victim);
      this.mending.push(this.strike(kind, victim, ms, waiting).finally(() => this.struck.delete(victim)));
    }
    await Promise.all(this.mending);
  }

  get summary(): string {
    return KINDS.filter((kind, index) => KINDS.indexOf(kind) === index)
      .map((kind) => `${this.strikes.filter((one) => one === kind).length} × ${kind}`)
      .join(', ');
  }

  private async strike(
    kind: Kind,
    victim: Worker | 'server' | 'producer',
    ms: number,
    waiting: 'delivered' | 'gone',
  ): Promise<void> {
    if (victim === 'server') return this.strikeServer(kind, ms);
    if (victim === 'producer') return cutOff(this.proxy, ms, waiting);
    switch (kind) {
      case 'worker killed':
        this.deaths.set(victim.name, await this.crew.end(victim, 'SIGKILL'));
        return this.crew.hire();
      case 'worker asked to end':
        await this.crew.end(victim, 'SIGTERM');
        return this.crew.hire();
      case 'worker cut off':
        return cutOff(victim.proxy, ms, waiting);
      default:
        victim.process.kill('SIGSTOP');
        await delay(ms);
        victim.process.kill('SIGCONT');
    }
  }

  private async strikeServer(kind: Kind, ms: number): Promise<void> {
    if (kind === 'server killed') {
      await this.redis.kill();
      await delay(ms);
      await this.redis.start();
    } else {
      process.kill(this.redis.pid, 'SIGSTOP');
      await delay(ms);
      process.kill(this.redis.pid, 'SIGCONT');
    }
  }
}

function whom(kind: Kind): 'server' | 'producer' {
  return kind === 'producer cut off' ? 'producer' : 'server';
}

async function cutOff(proxy: TcpProxy, ms: number, waiting: 'delivered' | 'gone'): Promise<void> {
  proxy.hold();
  await delay(ms);
  proxy.release(waiting);
}
