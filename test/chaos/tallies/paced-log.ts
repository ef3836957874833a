import { openSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StorageAdapter } from '../../../lib/index.js';
import { overriding } from '../../support/overriding.js';
import type { TallyPlan } from './tally-plan.js';

const FILE = 'rows';

/** So that a build of a short log takes as long as one of a long log, and is recorded on its way. */
export interface Pace {
  /** After so many rows there is a pause. */
  readonly rows: number;
  readonly pauseMs: number;
}

/** A storage whose log is read row by row at a pace; how many were read is written down. */
export function pacedLog(
  adapter: StorageAdapter,
  pace: Pace,
  { journals, name }: Pick<TallyPlan, 'journals' | 'name'>,
): StorageAdapter {
  return {
    ...adapter,
    open: async (context) => {
      const storage = await adapter.open(context);
      const file = openSync(join(journals, `${FILE} ${name}`), 'a');
      return overriding(storage, {
        log: overriding(storage.log, {
          rows: async function* (query) {
            let rows = 0;
            for await (const row of storage.log.rows(query)) {
              writeSync(file, '.');
              rows += 1;
              if (rows % pace.rows === 0) await delay(pace.pauseMs);
              yield row;
            }
          },
        }),
      });
    },
  };
}

/** How many rows of the log a process has read. */
export async function rowsRead({ journals, name }: Pick<TallyPlan, 'journals' | 'name'>): Promise<number> {
  return (await readFile(join(journals, `${FILE} ${name}`))).length;
}
