import type { Redis } from 'ioredis';

const STATE_LISTS = { l: 'lease', w: 'due', p: 'parked' } as const;

/** Sums by field, as the counters of the queue are kept. */
class Sums {
  readonly byKey: Record<string, Record<string, number>> = { count: {}, 'count:tenant': {}, 'count:group': {} };

  add(tenant: string, group: string, what: string, by: number): void {
    this.bump('count', what, by);
    this.bump('count:tenant', `${tenant} ${what}`, by);
    this.bump('count:group', `${group} ${what}`, by);
    if (what === 'jobs' && group.startsWith('command:')) this.bump('count', 'commands', by);
  }

  private bump(key: string, field: string, by: number): void {
    if (by !== 0) this.byKey[key]![field] = (this.byKey[key]![field] ?? 0) + by;
  }
}

/**
 * Compares everything that the queue keeps about its lanes with the lanes themselves, while nothing changes, and
 * returns a line for each thing that is not as it should be.
 */
export async function untruths(redis: Redis, prefix: string): Promise<readonly string[]> {
  const keys = (await redis.keys(`${prefix.replaceAll(/[[\]*?\\]/g, '\\$&')}*`)).map((key) => key.slice(prefix.length));
  const states = await redis.hgetall(`${prefix}state`);
  const problems: string[] = [];
  const sums = new Sums();

  const lanes = keys.filter((key) => key.startsWith('lane:')).map((key) => key.slice('lane:'.length));
  const withJobs = new Set(lanes);
  for (const lane of lanes) {
    const [tenant, kind, component] = lane.split(':') as [string, string, string];
    const entries = await redis.lrange(`${prefix}lane:${lane}`, 0, -1);
    const group = `${kind}:${component}`;
    sums.add(tenant, group, 'jobs', entries.length);
    sums.add(
      tenant,
      group,
      'bytes',
      entries.reduce((sum, entry) => sum + Buffer.byteLength(entry), 0),
    );
    if (states[lane]?.startsWith('p')) {
      sums.add(tenant, group, 'parkedLanes', 1);
      sums.add(tenant, group, 'parkedJobs', entries.length);
    } else if (kind === 'delay' || kind === 'timer') {
      sums.add(tenant, group, 'delayedJobs', entries.length);
    }
    if (states[lane] === undefined) problems.push(`${lane} has jobs and no state`);
  }

  for (const [lane, text] of Object.entries(await redis.hgetall(`${prefix}barriers`))) {
    const before = [...text.matchAll(/:(\d+)/g)].map(([, entries]) => Number(entries));
    const sorted = [...new Set(before)].toSorted((one, other) => one - other);
    const most = await redis.llen(`${prefix}lane:${lane}`);
    if (before.join() !== sorted.join() || before[0]! < 1 || before.at(-1)! > most)
      problems.push(`barriers of ${lane} are ${text}, and it has ${most} jobs`);
  }

  const ready = keys.filter((key) => key.startsWith('ready:'));
  const places = new Map<string, string[]>();
  const note = (lane: string, place: string): void => void places.set(lane, [...(places.get(lane) ?? []), place]);
  for (const key of ready) for (const lane of await redis.lrange(prefix + key, 0, -1)) note(lane, 'r');
  for (const key of keys.filter((one) => one.startsWith('suspects:'))) {
    for (const lane of await redis.lrange(prefix + key, 0, -1)) note(lane, 's');
  }
  for (const [letter, key] of Object.entries(STATE_LISTS)) {
    for (const lane of await redis.zrange(prefix + key, '0', '-1')) note(lane, letter);
  }
  for (const [lane, state] of Object.entries(states)) {
    if (!withJobs.has(lane)) problems.push(`${lane} has the state ${state} and no jobs`);
    if (places.get(lane)?.join() !== state[0]) problems.push(`${lane} is ${state} and stands in ${places.get(lane)}`);
    places.delete(lane);
  }
  for (const [lane, where] of places) problems.push(`${lane} has no state and stands in ${where.join()}`);

  const suspects = keys.filter((key) => key.startsWith('suspects:')).map((key) => key.slice('suspects:'.length));
  const suspected = await redis.smembers(`${prefix}suspected`);
  if (suspected.toSorted().join() !== suspects.toSorted().join())
    problems.push(`suspected holds ${suspected}, true is ${suspects}`);

  const tries = await redis.hgetall(`${prefix}tries`);
  const failing = Object.keys(tries).filter((lane) => /^(?!0 0 )/.test(tries[lane]!) && states[lane]?.[0] !== 'p');
  const listed = await redis.zrange(`${prefix}failing`, '0', '-1');
  if (listed.toSorted().join() !== failing.toSorted().join())
    problems.push(`failing holds ${listed}, true is ${failing}`);

  const rings = keys.filter((key) => key.startsWith('ring:'));
  const inRings: string[] = [];
  for (const ring of rings) {
    const group = ring.slice('ring:'.length);
    for (const tenant of await redis.lrange(prefix + ring, 0, -1)) inRings.push(`ready:${group}:${tenant}`);
    if (!(await redis.sismember(`${prefix}active`, group))) problems.push(`${group} has a ring and is not active`);
  }
  if (inRings.toSorted().join() !== ready.toSorted().join()) problems.push(`rings hold ${inRings}, ready is ${ready}`);

  for (const field of [
    ...keys.filter((key) => key.startsWith('errors:')).map((key) => key.slice('errors:'.length)),
    ...Object.keys(tries),
  ]) {
    if (states[field] === undefined) problems.push(`${field} has tries or errors and nothing else`);
  }

  for (const key of keys.filter((one) => one.startsWith('dead-letters:'))) {
    for (const id of await redis.zrange(prefix + key, '0', '-1')) {
      const [tenant, kind, component] = (await redis.hget(`${prefix}dead:${id}`, 'lane'))?.split(':') ?? [];
      if (tenant === undefined) problems.push(`dead letter ${id} is listed and not there`);
      else sums.add(tenant, `${kind}:${component}`, 'deadLetters', 1);
    }
  }
  for (const [field, id] of Object.entries(await redis.hgetall(`${prefix}dead-from-log`))) {
    const { lane, entry } = await redis.hgetall(`${prefix}dead:${id}`);
    const aggregate = /^[FMRP]\d+ \d+ (.*)\n$/.exec(entry ?? '')?.[1];
    if (field !== `${lane} ${aggregate}`) problems.push(`${field} names dead letter ${id}, which is ${lane} ${entry}`);
  }
  for (const key of keys.filter((one) => /^(older-)?answers:/.test(one))) {
    // Without its expiry it would stay for ever.
    if ((await redis.pttl(prefix + key)) < 0) problems.push(`${key} never expires`);
    if ((await redis.type(prefix + key)) !== 'hash') problems.push(`${key} is no hash`);
  }
  const dropped: Record<string, number> = {};
  for (const [key, expected] of Object.entries(sums.byKey)) {
    const found = withoutDropped(await redis.hgetall(prefix + key), (jobs) => (dropped[key] = jobs));
    const text = (counts: Record<string, unknown>): string =>
      Object.entries(counts)
        .map(([field, value]) => `${field}=${value}`)
        .toSorted()
        .join();
    if (text(found) !== text(expected)) problems.push(`${key} says ${text(found)}, and true is ${text(expected)}`);
  }
  // What was dropped is nowhere else to be counted. Of a forgotten tenant only the sums of others still tell.
  const { count, 'count:group': groups, 'count:tenant': tenants } = dropped;
  if (count !== groups || count! < tenants!) problems.push(`dropped are ${JSON.stringify(dropped)}`);

  for (const key of keys.filter((one) => one.startsWith('windows:'))) {
    const tenant = key.slice('windows:'.length);
    if ((await redis.pttl(prefix + key)) < 0) problems.push(`${key} never expires`);
    for (const lane of await redis.zrange(prefix + key, '0', '-1')) {
      if (!lane.startsWith(`${tenant}:`)) problems.push(`${key} holds ${lane}`);
    }
  }
  return problems;
}

/** The counters apart from those of dropped jobs, whose sum `tell` gets. */
function withoutDropped(counters: Record<string, string>, tell: (jobs: number) => void): Record<string, string> {
  const isDropped = ([field]: [string, string]): boolean => field.split(' ').at(-1) === 'dropped';
  const fields = Object.entries(counters);
  tell(fields.filter(isDropped).reduce((sum, [, jobs]) => sum + Number(jobs), 0));
  return Object.fromEntries(fields.filter((field) => !isDropped(field)));
}
