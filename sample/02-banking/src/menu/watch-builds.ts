import { setTimeout as delay } from 'node:timers/promises';
import type { ProjectionBuildStatus, ProjectionMaintenance } from '@event-sourcing/nestjs';
import { progressBar } from './progress-bar.js';
import type { Terminal } from './terminal.js';

const POLL_MS = 100;

/**
 * Shows how far builds have come, until all are complete. Others than those that are asked for are shown when they are not
 * complete yet, such as one that was interrupted.
 *
 * @param asked names of projections
 */
export async function watchBuilds(
  maintenance: ProjectionMaintenance,
  terminal: Terminal,
  asked: readonly string[] = [],
): Promise<void> {
  const told = new Set<string>();
  const isWanted = (build: ProjectionBuildStatus, all: readonly ProjectionBuildStatus[]): boolean =>
    build.status !== 'complete' || (asked.includes(build.projection) && isNewest(build, all));
  let watched: ReadonlySet<string> | undefined;
  for (;;) {
    const builds = await maintenance.builds();
    watched ??= new Set(builds.filter((build) => isWanted(build, builds)).map(componentOf));
    const open = builds.filter((build) => watched!.has(componentOf(build)) && !told.has(componentOf(build)));
    for (const build of open) {
      if (build.status !== 'complete') continue;
      terminal.done(progressBar(build));
      told.add(componentOf(build));
    }
    const going = open.find(({ status }) => status === 'reading' || status === 'finishing');
    if (going) terminal.progress(progressBar(going));
    if (told.size === watched.size) return;
    await delay(POLL_MS);
  }
}

function componentOf({ projection, version }: ProjectionBuildStatus): string {
  return `${projection}@${version}`;
}

function isNewest({ projection, version }: ProjectionBuildStatus, all: readonly ProjectionBuildStatus[]): boolean {
  return all.every((other) => other.projection !== projection || other.version <= version);
}
