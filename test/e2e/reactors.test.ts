import { CommandBus } from '@nestjs/cqrs';
import { describe, expect, it } from 'vitest';
import { EventStore, GroupQueue, Reactor, type ReactorContext, type RecordedEvent } from '../../lib/index.js';
import { appWith, start, stream } from '../support/apps.js';
import { Add, Added, AddHandler, acme, type Total, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';

describe('reactors', () => {
  it('puts a failing reaction aside after its retries, and reacts to the next event', async () => {
    const reacted: number[] = [];
    @Reactor({ name: 'notify', fold: Totals, maxAttempts: 2 })
    class Failing {
      handle(event: RecordedEvent): void {
        reacted.push(event.sequence);
        if (event.sequence === 1) throw new Error('mail server is down');
      }
    }
    const app = await start(appWith([Totals, Failing]));
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }, { data: Added.of(2) }]);
    await eventually(() => expect(reacted).toEqual([1, 1, 2]));
  });

  it('may wait for commands of other aggregates, however many do so at a time', async () => {
    const AGGREGATES = 200;
    const attempts: number[] = [];
    @Reactor({ name: 'chain', fold: Totals })
    class Chain {
      constructor(private readonly bus: CommandBus) {}
      async handle({ aggregateId }: RecordedEvent, { attempt }: ReactorContext<Total>): Promise<void> {
        if (aggregateId.startsWith('next-')) return;
        await this.bus.execute(Add.of(`next-${aggregateId}`, 1));
        attempts.push(attempt);
      }
    }
    const app = await start(appWith([AddHandler, Totals, Chain]));
    const ids = Array.from({ length: AGGREGATES }, (_, index) => `c${index}`);
    await Promise.all(ids.map((id) => app.get(EventStore).append(stream(id), [{ data: Added.of(1) }])));
    await eventually(() => expect(attempts).toEqual(ids.map(() => 1)));
    const heads = await Promise.all(ids.map((id) => app.get(EventStore).head(stream(`next-${id}`))));
    expect(heads).toEqual(ids.map(() => 1));
  });

  it('are left, not forgotten, when this process does not have them', async () => {
    const app = await start(appWith([Totals]));
    const [stored] = (await app.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }])).stored;
    const lane = { tenantId: acme, kind: 'reactor', component: 'gone', aggregateType: 'counter', id: 'c1' } as const;
    await app
      .get(GroupQueue)
      .stage([{ lane, job: { kind: 'reactor', aggregateId: 'c1', sequence: 1, event: stored! } }]);
    await eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 1, running: 0 }));
    expect(await app.get(GroupQueue).control.inspect(lane)).toMatchObject({ size: 1, attempts: 0 });
  });

  it('reacts once to a burst, with the last event, and not later than the longest wait', async () => {
    const reactions: number[] = [];
    @Reactor({
      name: 'quiet',
      fold: Totals,
      debounce: { key: ({ aggregateId }) => aggregateId, delayMs: 40, maxWaitMs: 10_000 },
    })
    class Quiet {
      handle(event: RecordedEvent): void {
        reactions.push(event.sequence);
      }
    }
    const app = await start(appWith([AddHandler, Totals, Quiet]));
    for (let amount = 1; amount <= 5; amount += 1) await app.get(CommandBus).execute(Add.of('c1', amount));
    await eventually(() => expect(reactions).toEqual([5]));
  });
});
