/** A reservation as it stands in Redis; numbers as decimal text. */
export interface OpenReservation {
  /** Of the batch; each of its streams has a reservation with it. */
  readonly id: string;
  readonly token: string;
  readonly first: string;
  readonly last: string;
  /** Until when the server may begin the insert, by the clock of ClickHouse in ms. */
  readonly deadlineMs: string;
  /** Longest run time of the insert. */
  readonly maxInsertMs: string;
  /** When it was made, by the clock of ClickHouse in ms. */
  readonly reservedMs: string;
}

export function parseReservation(text: string): OpenReservation {
  return JSON.parse(text) as OpenReservation;
}

/** From when on no insert of it can take effect, by the clock of ClickHouse, unless the server still runs it. */
export function endsAt({ deadlineMs, maxInsertMs }: OpenReservation): number {
  return Number(deadlineMs) + Number(maxInsertMs);
}
