import type { NewEvent } from '../../lib/events/new-event.js';
import { Noted } from '../support/contract-events.js';
import { accountId, EVENTS_PER_ACCOUNT, movement } from './accounts.js';
import type { BenchResult, BenchScale } from './bench-case.js';
import { aStream, TENANT } from './bench-events.js';
import { openPeerEventStore } from './peer-event-store.js';
import { openPostgresLog, type PostgresLog } from './postgres-log.js';
import { Comparison, type Load } from './rates.js';
import { sizeLabel } from './size-label.js';

const PEER = '@ricofritzsche/eventstore';
const TYPE = 'contract.noted';
/** Streams of one append while the log is filled. */
const STREAMS_PER_APPEND = 100;

/**
 * Conditional appends a second by one writer: an event for an account, unless something has happened to the account
 * since it was looked at. In logs of two sizes, with ten events an account, spread over the whole log. Both stores are
 * on one server and have the same events.
 */
export async function appendOnCondition(scale: BenchScale): Promise<readonly BenchResult[]> {
  const small = await compareAt(scale.logs[0]!, scale);
  const large = await compareAt(scale.logs.at(-1)!, scale);
  return [...small, ...large, flatness(small[0]!, large[0]!)];
}

async function compareAt(events: number, { rounds, measureMs }: BenchScale): Promise<readonly BenchResult[]> {
  const log = await openPostgresLog();
  const peer = await openPeerEventStore(await log.server.createDatabase());
  try {
    const accounts = events / EVENTS_PER_ACCOUNT;
    await peer.fill(events);
    await fill(log, accounts);
    const name = `append-conditional-pg-${sizeLabel(events)}`;
    const own = await conditionalAppends(log, accounts);
    const comparison = new Comparison(name, own, PEER, peer.conditionalAppends(accounts));
    for (let round = 0; round < rounds; round += 1) await comparison.round(measureMs);
    return comparison.results();
  } finally {
    await peer.close();
    await log.stop();
  }
}

async function fill({ store, client }: PostgresLog, accounts: number): Promise<void> {
  for (let n = 0; n < EVENTS_PER_ACCOUNT; n += 1) {
    for (let from = 0; from < accounts; from += STREAMS_PER_APPEND) {
      const ids = Array.from({ length: STREAMS_PER_APPEND }, (_, index) => accountId(from + index));
      await store.appendAll(ids.map((id) => ({ stream: aStream(id), events: [anEvent(id, n)] })));
    }
  }
  await client.query('VACUUM ANALYZE');
}

/** One account after the other, each time known up to when its turn in the round before was over. */
async function conditionalAppends({ store }: PostgresLog, accounts: number): Promise<Load> {
  let n = 0;
  let after = await store.position(TENANT);
  const work = async (): Promise<void> => {
    if (n > 0 && n % accounts === 0) after = await store.position(TENANT);
    const id = accountId(n % accounts);
    n += 1;
    const condition = { query: { types: [TYPE], payload: { accountId: id } }, after };
    await store.append(aStream(id), [anEvent(id, n)], { condition });
  };
  return { callers: 1, eventsPerCall: 1, work };
}

function anEvent(account: string, n: number): NewEvent {
  return { data: Object.assign(Object.create(Noted.prototype) as Noted, movement(account, n)) };
}

function flatness(small: BenchResult, large: BenchResult): BenchResult {
  return {
    name: 'append-conditional-pg-flat',
    unit: large.unit,
    value: large.value,
    peer: small.name,
    peerValue: small.value,
    ratio: large.value / small.value,
  };
}
