import { setTimeout as delay } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { TENANTS } from './pieces.js';
import { RELEASES, type ReleaseName } from './releases.js';
import { readRows, rowWrongs } from './rows.js';
import { readStreams } from './streams.js';
import { NextTallies } from './tallies.js';

const PAUSE_MS = 20;

/**
 * Reads all rows of a log that stands still again and again as a process of the next release, and once after
 * it was stopped.
 */
export class Reader {
  private readonly stopping = new AbortController();
  private reading!: Promise<readonly string[]>;

  static start(app: INestApplicationContext): Reader {
    const reader = new Reader();
    reader.reading = reader.read(app);
    return reader;
  }

  /** @returns of each tenant, whose rows it was given, one after the other, such as `acme: this, next` */
  stop(): Promise<readonly string[]> {
    this.stopping.abort();
    return this.reading;
  }

  private async read(app: INestApplicationContext): Promise<readonly string[]> {
    const streams = await readStreams(app);
    const names = Object.keys(RELEASES) as ReleaseName[];
    const seen = new Map(TENANTS.map((tenantId) => [tenantId, [] as string[]]));
    for (let isLast = false; !isLast;) {
      isLast = this.stopping.signal.aborted;
      for (const [tenantId, found] of seen) {
        const rows = await readRows(app, NextTallies, [tenantId]);
        const own = streams.filter((stream) => stream.tenantId === tenantId);
        const whose = names.find((name) => rowWrongs(rows, own, new RELEASES[name].fold()).length === 0) ?? 'nobody';
        if (found.at(-1) !== whose) found.push(whose);
      }
      await delay(PAUSE_MS);
    }
    return [...seen].map(([tenantId, found]) => `${tenantId}: ${found.join(', ')}`);
  }
}
