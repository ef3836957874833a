import { PassThrough } from 'node:stream';
import type { ProjectionBuildStatus, ProjectionMaintenance } from '@event-sourcing/nestjs';
import { describe, expect, it } from 'vitest';
import { progressBar } from '../src/menu/progress-bar.js';
import { Terminal } from '../src/menu/terminal.js';
import { watchBuilds } from '../src/menu/watch-builds.js';

function build(more: Partial<ProjectionBuildStatus>): ProjectionBuildStatus {
  const { events = 0, totalEvents = 200 } = more;
  return {
    projection: 'account_overview',
    version: 2,
    kind: 'fold',
    status: 'reading',
    events,
    aggregates: events / 4,
    totalEvents,
    totalAggregates: totalEvents / 4,
    eventsPerSecond: 50,
    remainingEvents: totalEvents - events,
    remainingMs: null,
    ...more,
  };
}

describe('a build', () => {
  it.each([
    [{ status: 'waiting', totalEvents: 0, eventsPerSecond: 0 }, '[--------------------]   0 %  0 of 0 events'],
    [{ events: 50 }, '[#####---------------]  25 %  50 of 200 events, 12.5 of 50 accounts, 50/s (reading)'],
    [{ events: 199 }, '[####################]  99 %  199 of 200 events'],
    [{ status: 'complete', events: 200 }, '[####################] 100 %  200 of 200 events'],
    [{ status: 'complete', totalEvents: 0 }, '[####################] 100 %  0 of 0 events'],
  ] as const)('is shown as far as it has come: %j', (more, line) => {
    expect(progressBar(build(more))).toContain(`account_overview@2 ${line}`);
  });

  /** What is printed where no line can be overwritten, while builds go through these reports. */
  async function printed(asked: readonly string[], ...reports: readonly (readonly ProjectionBuildStatus[])[]) {
    const output = new PassThrough();
    const terminal = new Terminal(new PassThrough() as never, output as never);
    let asks = 0;
    const builds = async () => reports[Math.min(asks++, reports.length - 1)]!;
    await watchBuilds({ builds } as unknown as ProjectionMaintenance, terminal, asked);
    terminal.close();
    return { lines: (output.read() as Buffer | null)?.toString().trimEnd().split('\n') ?? [], asks };
  }

  it('is watched until it is complete', async () => {
    const complete = build({ status: 'complete', events: 200 });
    const { lines, asks } = await printed(
      ['account_overview'],
      [build({ events: 50 })],
      [build({ events: 99 })],
      [complete],
    );
    expect(lines).toEqual([progressBar(complete)]);
    expect(asks).toBe(3);
  });

  it('is shown when it was complete at once, and in its newest version alone', async () => {
    const [old, complete] = [build({ status: 'complete', version: 2 }), build({ status: 'complete', version: 3 })];
    expect((await printed(['account_overview'], [old, complete])).lines).toEqual([progressBar(complete)]);
  });

  it('is shown although nobody asked for it, when it was interrupted', async () => {
    const complete = build({ status: 'complete' });
    expect((await printed([], [build({})], [complete])).lines).toEqual([progressBar(complete)]);
    expect((await printed([], [complete])).lines).toEqual([]);
  });

  it('is nothing to wait for where nothing is built', async () => {
    expect(await printed(['account_overview'], [])).toEqual({ lines: [], asks: 1 });
  });
});
