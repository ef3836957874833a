/**
 * A whole application as program text, in plain JavaScript as a user's compiler would leave it: one pipeline with an
 * event, a command and a fold. It executes the command, waits for the projection, prints its state as JSON, and closes.
 *
 * It expects in scope: what it uses of Nest and of this library, and `eventStore`.
 */
export const counterApp = `
  const schema = { '~standard': { version: 1, vendor: 'app', validate: (value) => ({ value }) } };

  class Counted { constructor(by) { this.by = by; } }
  DomainEvent('counter.counted', { version: 1, schema })(Counted);

  class Count extends Command { constructor(tenantId, id, by) { super(); Object.assign(this, { tenantId, id, by }); } }
  class CountHandler { async handle(command) { return [new Counted(command.by)]; } }
  CommandHandler(Count, { type: 'counter.count', aggregateId: (command) => command.id, schema })(CountHandler);

  class Total {
    init() { return { total: 0 }; }
    apply(state, event) { return { total: state.total + event.data.by }; }
  }
  FoldProjection({ name: 'total', version: 1 })(Total);

  class CounterModule {}
  Module({
    imports: [EventSourcingModule.forFeature({ pipeline: 'counter', aggregateType: 'counter', events: [Counted] })],
    providers: [CountHandler, Total],
  })(CounterModule);

  class AppModule {}
  Module({ imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot({ eventStore }), CounterModule] })(AppModule);

  async function main() {
    const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
    const tenantId = createTenantId('acme');
    const { status } = await app.get(CommandBus).execute(new Count(tenantId, 'a', 2));
    const deadline = Date.now() + 10_000;
    let state = null;
    while (state === null && Date.now() < deadline) {
      state = await app.get(Projections).get(Total, 'a', { tenantId });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await app.close();
    console.log(JSON.stringify({ status, state }));
  }
  main().catch((error) => { console.error(error); process.exitCode = 1; });
`;

export const counterAppImports: Record<string, string[]> = {
  '@nestjs/common': ['Module'],
  '@nestjs/core': ['NestFactory'],
  '@nestjs/cqrs': ['Command', 'CommandBus', 'CqrsModule'],
  '@event-sourcing/nestjs': [
    'CommandHandler',
    'DomainEvent',
    'EventSourcingModule',
    'FoldProjection',
    'Projections',
    'createTenantId',
  ],
};
