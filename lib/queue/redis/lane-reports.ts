import { parseLaneKey } from '../lane.js';
import type { DeadLetter, FailingLane, JobFailure, LaneContent, ParkedLane, SwitchedOff } from '../queue-control.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { decodeEntry } from './entry-codec.js';

/** What the scripts answer operators, as the port has it. */

/** See `LISTED_LANES`. */
export type ListedReply = readonly [
  lane: string,
  since: string,
  state: string,
  jobs: number,
  due: string,
  tries: string,
  errors: string,
];

/** See `INSPECT_LANE`. */
export type InspectReply = readonly [state: string, size: number, tries: string, errors: string, ...entries: string[]];

/** See `DEAD_LETTERS`. */
export type DeadReply = readonly [
  id: string,
  lane: string,
  entry: string,
  attempts: string,
  at: string,
  errors: string,
  reason: string,
];

const STATUS: Readonly<Record<string, LaneContent['status']>> = {
  r: 'ready',
  s: 'ready',
  w: 'waiting',
  l: 'running',
  p: 'parked',
  h: 'held',
};

export function toParkedLane([lane, since, , jobs, , tries, errors]: ListedReply): ParkedLane {
  const { attempts, failures } = toTries(tries, errors);
  return { lane: parseLaneKey(lane), jobs, parkedAt: Number(since), attempts, failures };
}

export function toFailingLane([lane, since, state, jobs, due, tries, errors]: ListedReply): FailingLane {
  return {
    lane: parseLaneKey(lane),
    status: STATUS[state] as FailingLane['status'],
    jobs,
    failingSince: Number(since),
    ...(due === '' ? {} : { nextAttemptAt: Number(due) }),
    ...toTries(tries, errors),
  };
}

export function toLaneContent([state, size, tries, errors, ...entries]: InspectReply): LaneContent | undefined {
  if (state === '') return undefined;
  return { status: STATUS[state]!, size, jobs: entries.map(decodeEntry), ...toTries(tries, errors) };
}

export function toDeadLetter([id, lane, entry, attempts, at, errors, reason]: DeadReply): DeadLetter {
  return {
    id: Number(id),
    lane: parseLaneKey(lane),
    job: decodeEntry(entry),
    attempts: Number(attempts),
    putAsideAt: Number(at),
    failures: JSON.parse(errors) as readonly JobFailure[],
    ...(reason === '' ? {} : { skippedBecause: reason }),
  };
}

/** See `SWITCHED_OFF`. */
export function toSwitchedOff(reply: readonly string[]): readonly SwitchedOff[] {
  const found: SwitchedOff[] = [];
  for (let index = 0; index < reply.length; index += 2) {
    const [group, tenant] = reply[index]!.split(' ') as [string, string];
    const { kind, component } = parseLaneKey(`${tenant}:${group}::`);
    const tenantId = decodeURIComponent(tenant) as TenantId;
    found.push({ component: { kind, component }, tenantId, nextLookAt: Number(reply[index + 1]) });
  }
  return found;
}

function toTries(tries: string, errors: string): Pick<LaneContent, 'attempts' | 'outages' | 'failures'> {
  const [attempts = 0, outages = 0] = tries === '' ? [] : tries.split(' ').map(Number);
  return { attempts, outages, failures: JSON.parse(errors) as readonly JobFailure[] };
}
