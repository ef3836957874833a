import { Controller, type INestApplication, type MessageEvent, Module, Req, Sse } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { catchError, type Observable, tap, throwError } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ClientStalledError,
  EventStore,
  LiveEvents,
  type LogPosition,
  memory,
  type SseRequest,
} from '../../../lib/index.js';
import { appWith, stream } from '../../support/apps.js';
import { acme, Added, Reset } from '../../support/counter-app.js';
import { collect } from '../../support/collect.js';
import { eventually } from '../../support/eventually.js';
import { SseReader } from '../../support/sse-reader.js';

const BIG_BYTES = 100_000;
const BIG_EVENTS = 600;

/** What went on in the controller. */
const noted = { sent: 0, errors: [] as unknown[], open: 0 };

@Controller()
class LiveController {
  constructor(private readonly live: LiveEvents) {}

  @Sse('counters')
  counters(@Req() request: SseRequest): Observable<MessageEvent> {
    return this.live.sse(request, { tenantId: acme, events: [Added], heartbeatMs: 20 });
  }

  @Sse('slow')
  slow(@Req() request: SseRequest): Observable<MessageEvent> {
    noted.open += 1;
    return this.live
      .sse(request, {
        tenantId: acme,
        from: 'beginning',
        stallTimeoutMs: 300,
        toData: (event) => ({ sequence: event.sequence, filling: 'x'.repeat(BIG_BYTES) }),
      })
      .pipe(
        tap(() => (noted.sent += 1)),
        catchError((error: unknown) => {
          noted.errors.push(error);
          return throwError(() => error);
        }),
      );
  }
}

describe('a live stream over HTTP', () => {
  let app: INestApplication;
  let url: string;
  const readers: SseReader[] = [];
  beforeEach(async () => {
    Object.assign(noted, { sent: 0, errors: [], open: 0 });
    @Module({ imports: [appWith([], { eventStore: memory() })], controllers: [LiveController] })
    class HttpModule {}
    app = await NestFactory.create(HttpModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.close();
    await app.close();
  });

  const open = async (path: string, lastEventId?: string): Promise<SseReader> => {
    const reader = await SseReader.open(`${url}/${path}`, lastEventId);
    readers.push(reader);
    return reader;
  };
  const append = (id: string, ...data: object[]): Promise<unknown> =>
    app.get(EventStore).append(
      stream(id),
      data.map((one) => ({ data: one })),
    );
  const sequences = (reader: SseReader): readonly number[] =>
    reader.events.map(({ data }) => (JSON.parse(data!) as { sequence: number }).sequence);

  it('sends events as they come, and goes on behind the last one that a client had', async () => {
    await append('c1', Added.of(1));
    const first = await open('counters');
    // It has an id before any event came: nothing is missed from here on.
    await eventually(() => expect(first.lastEventId).toBeDefined());
    expect(first.events).toEqual([]);
    await append('c1', Added.of(2), new Reset(), Added.of(3));
    await eventually(() => expect(sequences(first)).toEqual([2, 4]));
    expect(first.events[0]).toMatchObject({ event: 'counter.added' });
    expect(JSON.parse(first.events[0]!.data!)).toMatchObject({
      type: 'counter.added',
      aggregateType: 'counter',
      aggregateId: 'c1',
      data: { amount: 2 },
    });
    first.close();

    await append('c1', Added.of(4), Added.of(5));
    const second = await open('counters', first.events[0]!.id);
    await append('c1', Added.of(6));
    await eventually(() => expect(sequences(second)).toEqual([4, 5, 6, 7]));
    second.close();

    const third = await open('counters', second.lastEventId);
    await append('c1', Added.of(7));
    await eventually(() => expect(sequences(third)).toEqual([8]));
  });

  it('misses nothing for a client that left before it got an event', async () => {
    const first = await open('counters');
    await eventually(() => expect(first.lastEventId).toBeDefined());
    first.close();
    await append('c1', Added.of(1));
    const second = await open('counters', first.lastEventId);
    await eventually(() => expect(sequences(second)).toEqual([1]));
  });

  it('tells a client with its heartbeats how far its filter has passed, so that it comes back to there', async () => {
    const first = await open('counters');
    await append('c1', Added.of(1));
    await eventually(() => expect(sequences(first)).toEqual([1]));
    const event = first.lastEventId!;
    await append('c1', new Reset(), new Reset());
    await eventually(() => expect(first.lastEventId).not.toBe(event));
    // Ids alone are no events.
    expect(sequences(first)).toEqual([1]);
    first.close();

    const store = app.get(EventStore);
    const rest = await collect(store.readAll({ tenantId: acme, after: first.lastEventId as LogPosition }));
    expect(rest).toEqual([]);
    await append('c1', new Reset(), Added.of(2));
    const second = await open('counters', first.lastEventId);
    await eventually(() => expect(sequences(second)).toEqual([5]));
  });

  it('ends with the application', async () => {
    const reader = await open('counters');
    await eventually(() => expect(reader.lastEventId).toBeDefined());
    await app.close();
    await eventually(() => expect(reader.isClosed).toBe(true));
  });

  it('keeps little for a client that stops to read, disconnects it, and lets it go on where it was', async () => {
    const all = Array.from({ length: BIG_EVENTS }, (_, index) => Added.of(index));
    await append('c1', ...all);
    const slow = await open('slow');
    slow.response.pause();
    await eventually(() => expect(noted.errors).toEqual([expect.any(ClientStalledError)]));
    // What sockets hold, and a page.
    expect(noted.sent).toBeLessThan(BIG_EVENTS - 100);

    slow.response.resume();
    await eventually(() => expect(slow.isClosed).toBe(true));
    const got = sequences(slow);
    const next = await open('slow', slow.lastEventId);
    await eventually(() => expect(got.length + sequences(next).length).toBe(BIG_EVENTS));
    expect([...got, ...sequences(next)]).toEqual(all.map((_, index) => index + 1));
  });
});
