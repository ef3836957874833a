import { setTimeout as delay } from 'node:timers/promises';
import type { RedisConnection } from '../../redis/redis-connection.js';
import { runScript } from './run-script.js';
import { FORGET_DEAD_LETTERS } from './scripts/forget-dead-letters.script.js';

/** Dead letters that one script looks at. */
const PAGE = 200;
/** Pauses between rounds while something that is to go runs. */
const FIRST_PAUSE_MS = 10;
const MAX_PAUSE_MS = 500;

type Script = Parameters<typeof runScript>[1];

/** The steps by which lanes and what was put aside of them are removed, whoever's they are. */
export class RemovalSteps {
  constructor(
    private readonly connection: Pick<RedisConnection, 'run'>,
    private readonly prefix: string,
  ) {}

  run(script: Script, args: readonly (string | number)[]): Promise<unknown> {
    return runScript(this.connection, script, this.prefix, args);
  }

  /**
   * Rounds over all states until one finds nothing that is meant.
   *
   * @param args what the script is given before its cursor
   * @returns how many jobs went
   */
  async lanes(script: Script, args: readonly (string | number)[]): Promise<number> {
    let jobs = 0;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      const round = await this.round(script, args);
      jobs += round.jobs;
      if (round.found === 0) return jobs;
      if (round.jobs > 0) pauseMs = FIRST_PAUSE_MS;
      await delay(pauseMs);
    }
  }

  /** @param tenant '' for all @returns how many there were in the group */
  async deadLetters(tenant: string, group: string): Promise<number> {
    let letters = 0;
    let after = '-inf';
    do {
      const [removed, last] = (await this.run(FORGET_DEAD_LETTERS, [tenant, group, after, PAGE])) as [number, string];
      letters += removed;
      after = last;
    } while (after !== '');
    return letters;
  }

  private async round(
    script: Script,
    args: readonly (string | number)[],
  ): Promise<{ readonly jobs: number; readonly found: number }> {
    const round = { jobs: 0, found: 0 };
    let cursor = '0';
    do {
      const [jobs, found, next] = (await this.run(script, [...args, cursor])) as [number, number, string];
      round.jobs += jobs;
      round.found += found;
      cursor = next;
    } while (cursor !== '0');
    return round;
  }
}
