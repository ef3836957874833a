import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../../lib/events/recorded-event.js';
import { collect } from '../../../support/collect.js';
import { ItemAdded, ItemRemoved, Noted } from '../../../support/contract-events.js';
import { basket, BuildWorld } from '../../../support/build-world.js';
import { eventually } from '../../../support/eventually.js';
import { Baskets, POISON } from '../../../support/fold-world.js';

const STREAMS = 3;
const BIRTH = 10_000;

const anEvent = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 9 }).map((quantity) => new ItemAdded(`i${quantity}`, quantity)) },
  { weight: 1, arbitrary: fc.constant(new ItemRemoved('all')) },
  { weight: 2, arbitrary: fc.constant(new Noted('not listed')) },
);
const aStep = fc.record({
  stream: fc.nat(STREAMS - 1),
  event: anEvent,
  // Of those of one stream, some come later than the build, and some are never staged by who appended them.
  staged: fc.boolean(),
  afterReads: fc.nat(40),
});

/** The state, and where it stands, of a plain reduction; it ends before what no fold takes. */
function reduced(events: readonly object[]): { state: unknown; sequence: number } {
  const pure = new Baskets();
  let state: ReturnType<Baskets['apply']> = null;
  let sequence = 0;
  for (const [index, data] of events.entries()) {
    if (data === POISON) break;
    if (data instanceof Noted) continue;
    state = pure.apply(state ?? pure.init(), { data, sequence: index + 1 } as RecordedEvent);
    sequence = index + 1;
  }
  return { state, sequence };
}

describe('a build that races with live traffic', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it('gives what a plain reduction gives, and tells of each new event, and of no old one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anEvent, { minLength: 3, maxLength: 20 }), { minLength: STREAMS, maxLength: STREAMS }),
        fc.array(aStep, { maxLength: 20 }),
        fc.option(fc.tuple(fc.nat(STREAMS - 1), fc.nat(8)), { nil: undefined, freq: 2 }),
        fc.array(fc.constantFrom(0, 0, 1, 3), { minLength: 1, maxLength: 30 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 80 }), { maxLength: 12 }),
        async (history, live, poison, delays, given) => {
          const deaths = given.toSorted((one, other) => one - other);
          const world = await BuildWorld.open();
          const streams = history.map((events) => [...events] as object[]);
          if (poison) streams[poison[0]]!.splice(poison[1], 0, POISON);
          const begun = streams.map(({ length }) => length);
          world.time = BIRTH - 1;
          for (const [stream, events] of streams.entries()) {
            for (const data of events) await world.append(stream, data, false);
          }
          world.time = BIRTH;
          world.bornAt = BIRTH;
          world.delays = delays;
          world.work();

          // Live events come while the build reads, and a build that dies is begun again.
          const steps = [...live];
          const traffic: Promise<void>[] = [];
          let reads = 0;
          let life = new AbortController();
          world.onRead = () => {
            reads += 1;
            if (deaths[0] === reads) {
              deaths.shift();
              life.abort(new Error('died'));
            }
            for (let index = steps.findIndex(isDue); index >= 0; index = steps.findIndex(isDue)) {
              const [{ stream, event, staged }] = steps.splice(index, 1) as [(typeof steps)[number]];
              streams[stream]!.push(event);
              traffic.push(world.append(stream, event, staged));
            }
          };
          const isDue = ({ afterReads }: { readonly afterReads: number }): boolean => afterReads <= reads;
          let compared = begun;
          world.onCompare = () => (compared = streams.map(({ length }) => length));
          for (;;) {
            try {
              await world.build(life.signal);
              break;
            } catch (error) {
              if (!life.signal.aborted) throw error;
              life = new AbortController();
            }
          }
          // Whatever was there before the compare at the end is in the rows, up to what no fold takes.
          for (const [stream, events] of streams.entries()) {
            const { sequence } = reduced(events.slice(0, compared[stream]));
            const row = await world.row(stream);
            if (stream !== poison?.[0]) expect(row?.sequence ?? 0).toBeGreaterThanOrEqual(sequence);
          }

          await Promise.all(traffic);
          await world.queue.stage(await collect(world.comparison.lack()));
          await eventually(async () => {
            const { jobs, parkedJobs } = await world.queue.depth();
            expect(jobs - parkedJobs).toBe(0);
          });
          for (const [stream, events] of streams.entries()) {
            const row = await world.row(stream);
            expect(row?.sequence ?? 0).toBeGreaterThanOrEqual(reduced(events).sequence);
          }
          // Also of rows that were overtaken since, each was right.
          for (const { id, sequence, state } of world.saved) {
            const events = streams.find((_, stream) => basket(stream).aggregateId === id)!;
            expect(state).toEqual(reduced(events.slice(0, sequence)).state);
          }
          const told = streams.flatMap((events, stream) =>
            events
              .map((data, index) => ({ data, sequence: index + 1 }))
              .filter(({ sequence, data }) => sequence > begun[stream]! && !(data instanceof Noted))
              .filter(({ sequence }) => sequence <= reduced(events).sequence)
              .map(({ sequence }) => `${basket(stream).aggregateId}#${sequence}`),
          );
          expect([...world.told].toSorted()).toEqual(told.toSorted());
          await world.queue.drain();
        },
      ),
      { numRuns: 80 },
    );
  }, 60_000);
});
