import { ClosedError } from '../../../errors/closed.error.js';
import type { StreamId } from '../../stream-id.js';
import { insertsHaveEnded } from '../running-inserts.js';
import type { StreamLoader } from '../stream-loader.js';
import type { WriterTools } from '../writer-tools.js';
import type { Closable, ClosingScripts } from './closing-scripts.js';
import { endsAt, type OpenReservation } from './open-reservation.js';

/** Reservations of one batch whose writer has not closed them. */
export interface Unclosed {
  readonly epoch: string;
  readonly streams: readonly { readonly stream: StreamId; readonly reservation: OpenReservation }[];
}

/**
 * Closes reservations whose writer did not: it died, was paused, or does not know what became of its insert.
 *
 * *open* → (the server's clock has passed the deadline and the longest run time of the insert, and the server runs no
 * insert with its token) *certain* → its rows are in the log: confirmed; they are not: released. Before it is certain a
 * late insert could still bring the rows. Whoever resolves comes to the same result, and the scripts let only the first
 * take effect.
 */
export class ReservationResolver {
  constructor(
    private readonly tools: WriterTools,
    private readonly loader: StreamLoader,
    private readonly closing: ClosingScripts,
    private readonly isClosed: () => boolean,
  ) {}

  async resolve({ epoch, streams }: Unclosed): Promise<void> {
    const { token } = streams[0]!.reservation;
    const until = Math.max(...streams.map(({ reservation }) => endsAt(reservation)));
    const ended = await insertsHaveEnded(
      this.tools.connection,
      token,
      () => until,
      () => !this.isClosed(),
    );
    if (!ended) throw new ClosedError('The ClickHouse event store');
    const stored: Closable[] = [];
    const missing: Closable[] = [];
    const states = await Promise.all(streams.map(({ stream }) => this.loader.load(stream)));
    streams.forEach(({ stream, reservation: { id, last } }, index) => {
      // The batch is one part: all of its rows are there, or none.
      const isStored = states[index]!.head >= Number(last);
      (isStored ? stored : missing).push({ stream, id, last: Number(last) });
    });
    await Promise.all([this.closing.confirm(epoch, stored), this.closing.release(epoch, missing)]);
  }
}
