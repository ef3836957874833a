import type { ProjectionBuildStatus } from '@event-sourcing/nestjs';

const WIDTH = 20;

/** How far the build of a projection has come, as a line. */
export function progressBar(build: ProjectionBuildStatus): string {
  const { projection, version, status, events, totalEvents, aggregates, totalAggregates, eventsPerSecond } = build;
  const share = status === 'complete' || totalEvents === 0 ? Number(status === 'complete') : events / totalEvents;
  const filled = Math.round(share * WIDTH);
  const bar = '#'.repeat(filled) + '-'.repeat(WIDTH - filled);
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  const figures = `${events} of ${totalEvents} events, ${aggregates} of ${totalAggregates} accounts, ${eventsPerSecond}/s`;
  return `${projection}@${version} [${bar}] ${percent} %  ${figures} (${status})`;
}
