import { type INestApplicationContext, Inject, Injectable, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { CommandBus, EventsHandler } from '@nestjs/cqrs';
import { describe, expect, it } from 'vitest';
import {
  type AmbientContext,
  Apply,
  CommandHandler,
  type CommandContext,
  type CommandReceipt,
  createTenantId,
  EventStore,
  FoldProjection,
  MapProjection,
  Projections,
  Reactor,
  type RecordedEvent,
  TenantContext,
  type TenantId,
} from '../../lib/index.js';
import { appWith, start, stream } from '../support/apps.js';
import { collect } from '../support/collect.js';
import { Add, Added, AddHandler, acme, type Total, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';

const globex = createTenantId('globex');

/** Adds as the tenant of the work at hand. */
function addAs(app: INestApplicationContext, context: AmbientContext, id = 'c1', amount = 1): Promise<CommandReceipt> {
  const command = Add.of(id, amount);
  delete (command as { tenantId?: TenantId }).tenantId;
  return TenantContext.run(context, () => app.get(CommandBus).execute(command));
}

describe('what follows a request', () => {
  it('goes from the caller to the command, its event, the reactor, and the event of the next command', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const request = { correlationId: 'request-1', userId: 'u1', traceparent };
    const ofHandler: { context: AmbientContext | undefined; command: CommandContext }[] = [];
    const ofReactor: (AmbientContext | undefined)[] = [];
    @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId })
    class Handler {
      handle({ amount }: Add, command: CommandContext): object[] {
        ofHandler.push({ context: TenantContext.current(), command });
        return [Added.of(amount)];
      }
    }
    @Reactor({ name: 'chain', fold: Totals })
    class Chain {
      constructor(private readonly bus: CommandBus) {}
      async handle({ aggregateId }: RecordedEvent): Promise<void> {
        if (aggregateId !== 'c1') return;
        ofReactor.push(TenantContext.current());
        await this.bus.execute(Object.assign(Add.of('c2', 2), { tenantId: undefined }));
      }
    }
    const app = await start(appWith([Handler, Totals, Chain]));
    const receipt = await addAs(app, { tenantId: globex, causationId: 'click-1', ...request });
    const [first] = await collect(app.get(EventStore).read(stream('c1', globex)));
    const next = await eventually(async () => {
      const [event] = await collect(app.get(EventStore).read(stream('c2', globex)));
      expect(event).toBeDefined();
      return event!;
    });

    expect(ofHandler).toHaveLength(2);
    const [handled, handledNext] = ofHandler;
    expect(handled!.command).toMatchObject({
      commandId: receipt.commandId,
      metadata: { ...request, causationId: 'click-1' },
    });
    expect(handled!.context).toEqual({ tenantId: globex, ...request, causationId: receipt.commandId });
    expect(first!.metadata).toEqual({ ...request, causationId: receipt.commandId });
    expect(ofReactor).toEqual([{ tenantId: globex, ...request, causationId: first!.id }]);
    expect(handledNext!.command.metadata).toEqual({ ...request, causationId: first!.id });
    expect(next.metadata).toEqual({ ...request, causationId: handledNext!.command.commandId });
  });

  it('begins with the command when nobody says a correlation', async () => {
    const app = await start(appWith([AddHandler]));
    const { commandId } = await app.get(CommandBus).execute(Add.of('c1', 1));
    const [event] = await collect(app.get(EventStore).read(stream('c1')));
    expect(event!.metadata).toMatchObject({ correlationId: commandId, causationId: commandId });
  });

  it("hands stored events to cqrs's EventBus, once", async () => {
    const seen: object[] = [];
    @EventsHandler(Added)
    class OnAdded {
      handle(event: Added): void {
        seen.push(event);
      }
    }
    const app = await start(appWith([AddHandler, OnAdded]));
    await app.get(CommandBus).execute(Add.of('c1', 1, 'once'));
    await app.get(CommandBus).execute(Add.of('c1', 1, 'once'));
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(2) }]);
    expect(seen).toEqual([Added.of(1), Added.of(2)]);
  });
});

describe('scopes of providers', () => {
  it('makes a request-scoped handler anew for each message, with the context of the work as its request', async () => {
    const tenants: (string | undefined)[] = [];
    let instances = 0;
    @Injectable({ scope: Scope.REQUEST })
    @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId })
    class Scoped {
      constructor(@Inject(REQUEST) private readonly context: AmbientContext) {
        instances += 1;
      }
      handle({ amount }: Add): object[] {
        tenants.push(this.context.tenantId);
        return [Added.of(amount)];
      }
    }
    const app = await start(appWith([Scoped]));
    await app.get(CommandBus).execute(Add.of('c1', 1));
    await app.get(CommandBus).execute(Add.of('c1', 2));
    expect(tenants).toEqual(['acme', 'acme']);
    expect(instances).toBe(2);
  });

  it('makes request-scoped folds, maps and reactors anew, each with the tenant of its events as its request', async () => {
    const tenants = { fold: new Set<string>(), map: new Set<string>(), reactor: new Set<string>() };
    @Injectable({ scope: Scope.REQUEST })
    @FoldProjection({ name: 'totals' })
    class ScopedFold {
      constructor(@Inject(REQUEST) private readonly context: AmbientContext) {}
      init(): Total {
        return { total: 0, events: 0 };
      }
      @Apply(Added)
      added(state: Total, { data, tenantId }: RecordedEvent<Added>): Total {
        tenants.fold.add(`${tenantId} in ${this.context.tenantId}`);
        return { total: state.total + data.amount, events: state.events + 1 };
      }
    }
    @Injectable({ scope: Scope.REQUEST })
    @MapProjection({ name: 'additions', events: [Added] })
    class ScopedMap {
      constructor(@Inject(REQUEST) private readonly context: AmbientContext) {}
      map({ data, tenantId }: RecordedEvent<Added>): { amount: number } {
        tenants.map.add(`${tenantId} in ${this.context.tenantId}`);
        return { amount: data.amount };
      }
    }
    @Injectable({ scope: Scope.REQUEST })
    @Reactor({ name: 'notify', fold: ScopedFold })
    class ScopedReactor {
      constructor(@Inject(REQUEST) private readonly context: AmbientContext) {}
      handle({ tenantId, metadata }: RecordedEvent): void {
        tenants.reactor.add(`${tenantId} in ${this.context.tenantId} for ${this.context.userId}`);
        expect(this.context.userId).toBe(metadata.userId);
      }
    }
    const app = await start(appWith([AddHandler, ScopedFold, ScopedMap, ScopedReactor]));
    await addAs(app, { tenantId: acme, userId: 'u1' }, 'c1', 1);
    await addAs(app, { tenantId: globex, userId: 'u2' }, 'c1', 2);
    await eventually(async () => {
      const both = new Set(['acme in acme', 'globex in globex']);
      expect(tenants.fold).toEqual(both);
      expect(tenants.map).toEqual(both);
      expect(tenants.reactor).toEqual(new Set(['acme in acme for u1', 'globex in globex for u2']));
      const read = (tenantId: typeof acme) => app.get(Projections).get(ScopedFold, 'c1', { tenantId });
      expect(await read(acme)).toEqual({ total: 1, events: 1 });
      expect(await read(globex)).toEqual({ total: 2, events: 1 });
      expect(await app.get(Projections).records(ScopedMap, 'c1', { tenantId: globex })).toMatchObject([
        { record: { amount: 2 } },
      ]);
    });
  });

  it('makes a transient handler anew for each message, and one of the default scope once', async () => {
    const mostCalls = { transient: 0, standard: 0 };
    @Injectable({ scope: Scope.TRANSIENT })
    @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId })
    class Transient {
      private calls = 0;
      handle({ amount }: Add): object[] {
        this.calls += 1;
        mostCalls.transient = Math.max(mostCalls.transient, this.calls);
        return [Added.of(amount)];
      }
    }
    @MapProjection({ name: 'additions', events: [Added] })
    class Standard {
      private calls = 0;
      map({ data }: RecordedEvent<Added>): { amount: number } {
        this.calls += 1;
        mostCalls.standard = Math.max(mostCalls.standard, this.calls);
        return { amount: data.amount };
      }
    }
    const app = await start(appWith([Transient, Standard]));
    for (const amount of [1, 2, 3]) await app.get(CommandBus).execute(Add.of('c1', amount));
    await eventually(() => expect(mostCalls).toEqual({ transient: 1, standard: 3 }));
  });
});
