import { createTenantId } from '../../../lib/index.js';
import type { TenantId } from '../../../lib/index.js';

export const TENANTS: readonly TenantId[] = [createTenantId('acme'), createTenantId('globex')];

/** Events of the pieces of an aggregate, in turn. */
const SIZES = [1, 4, 5];
/** Every so many pieces one is appended by the caller itself, and the others are commands. */
const APPENDED_EVERY = 3;

/** One append to one aggregate. */
export interface Piece {
  readonly how: 'command' | 'append';
  readonly tenantId: TenantId;
  readonly id: string;
  /** No other piece of the aggregate has them. */
  readonly numbers: readonly number[];
}

/** The pieces of all aggregates in turn, without an end. */
export function pieceAt(index: number, aggregates: number): Piece {
  const aggregate = index % aggregates;
  const round = Math.floor(index / aggregates);
  const first = eventsOfRounds(round) + 1;
  return {
    how: (aggregate + round) % APPENDED_EVERY === 0 ? 'append' : 'command',
    tenantId: TENANTS[aggregate % TENANTS.length]!,
    id: `tally-${aggregate}`,
    numbers: Array.from({ length: SIZES[round % SIZES.length]! }, (_, offset) => first + offset),
  };
}

/** How many pieces give each aggregate at least so many events. */
export function piecesFor(aggregates: number, events: number): number {
  let rounds = 0;
  while (eventsOfRounds(rounds) < events) rounds += 1;
  return rounds * aggregates;
}

function eventsOfRounds(rounds: number): number {
  let events = 0;
  for (let round = 0; round < rounds; round += 1) events += SIZES[round % SIZES.length]!;
  return events;
}
