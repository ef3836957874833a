import type { ProcessRole } from '../../../lib/index.js';
import type { Random } from '../random.js';
import { spreadDeaths } from '../spread-deaths.js';
import type { Special } from './tally-fleet.js';
import type { TallyWorld } from './tally-world.js';

const WORKER_POINTS = [
  'command: before append',
  // Between append and stage.
  'command: after append',
  'command: before complete',
  'command: after complete',
  'fold: before load',
  'fold: after load',
  'fold: before save',
  'fold: after save',
  'fold: before complete',
  'fold: after complete',
  'route: before append',
  'route: after append',
  'route: after save',
  'route: before complete',
  'route: after complete',
  'map: before append',
  'map: after append',
  'map: before complete',
  'map: after complete',
  'reactor: before load',
  // Of a durable reactor, between effect and cursor.
  'reactor: before save',
  'reactor: after save',
  'reactor: before complete',
  'reactor: after complete',
];
const WEB_POINTS = ['caller: before append', 'caller: before stage', 'caller: after stage'];
/** Of a worker of the next release, in the order in which a build comes to them; the last ones matter most. */
const BUILD_POINTS = [
  'build: before save',
  'build: after save',
  'build: after record',
  'build: before flip',
  'build: after flip',
];
const MOST_PASSES = 8;

/** Processes die at all points, one after the other at each of `places` at a time; then others go on in their places. */
export async function rage(
  { fleet }: TallyWorld,
  random: Random,
  { deathsAtEach, places }: { readonly deathsAtEach: number; readonly places: number },
): Promise<void> {
  const crash = async (role: ProcessRole, points: string[]): Promise<void> => {
    for (let point = points.pop(); point !== undefined; point = points.pop()) {
      await fleet.crash(role, { point, pass: 1 + Math.floor(random.next() * MOST_PASSES) });
    }
  };
  const ofWorkers = spreadDeaths(WORKER_POINTS, deathsAtEach, random);
  const web = crash('web', spreadDeaths(WEB_POINTS, deathsAtEach, random)).then(() => fleet.start('web'));
  const worker = (): Promise<unknown> => crash('worker', ofWorkers).then(() => fleet.start('worker'));
  await Promise.all([web, ...Array.from({ length: places }, worker)]);
}

/**
 * Once so many events are in the log, the next release comes beside this one, and builds its version of the fold of
 * tallies; its workers die over it, at so many points, until one goes on.
 */
export async function deploy(
  world: TallyWorld,
  next: Special,
  { history, deaths }: { readonly history: number; readonly deaths: number },
): Promise<void> {
  const { fleet } = world;
  await world.grown(history);
  await world.openNext();
  for (const point of BUILD_POINTS.slice(-deaths)) {
    // The first record is that of the beginning.
    await fleet.crash('worker', { point, pass: point === 'build: after record' ? 2 : 1 }, next);
    await world.nextIsUp();
  }
  await fleet.start('worker', next);
}
