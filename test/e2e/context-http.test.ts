import { randomUUID } from 'node:crypto';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  type INestApplication,
  Injectable,
  Module,
  Param,
  type PipeTransform,
  Post,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AmbientContext,
  AmbientContextInterceptor,
  type AmbientContextOptions,
  CommandHandler,
  type CommandReceipt,
  createTenantId,
  EventSourcingModule,
  EventStore,
  inProcessQueue,
  On,
  type ProcessContext,
  ProcessManager,
  type QueueAdapter,
  Reactor,
  type RecordedEvent,
  TenantContext,
  type TenantId,
} from '../../lib/index.js';
import { redisQueue } from '../../lib/redis.js';
import { stream } from '../support/apps.js';
import { collect } from '../support/collect.js';
import { Add, Added, acme, Reset, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { survivingMemory } from '../support/memories.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const UUID = /^[0-9a-f-]{36}$/;

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

const queues: readonly (readonly [string, () => QueueAdapter])[] = [
  ['in process', () => inProcessQueue()],
  ['in Redis', () => redisQueue({ connection: { host: redis.host, port: redis.port }, name: randomUUID() })],
];

interface Request {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Set by the guard. */
  user?: { readonly id: string; readonly tenantId: TenantId };
}

/** The guard that finds out who it is: by a header, since what is tested is what comes after it. */
@Injectable()
class WhoGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const id = request.headers['x-user'];
    if (id !== undefined) request.user = { id, tenantId: acme };
    return true;
  }
}

const seenByPipe: (AmbientContext | undefined)[] = [];

class NotingPipe implements PipeTransform {
  transform(value: string): string {
    seenByPipe.push(TenantContext.current());
    return value;
  }
}

@Controller('counters')
@UseGuards(WhoGuard)
class CountersController {
  constructor(private readonly commandBus: CommandBus) {}

  @Post(':id')
  add(@Param('id', NotingPipe) id: string): Promise<CommandReceipt> {
    return this.commandBus.execute(Object.assign(Add.of(id, 1), { tenantId: undefined }));
  }

  @Post(':id/as/:tenant')
  addAs(@Param('id') id: string, @Param('tenant') tenant: string): Promise<CommandReceipt> {
    return this.commandBus.execute(Object.assign(Add.of(id, 1), { tenantId: createTenantId(tenant) }));
  }
}

@CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId })
class Handler {
  handle({ amount }: Add): object[] {
    return [Added.of(amount)];
  }
}

/** Of `web-…` leads to `reacted-…`. */
@Reactor({ name: 'follow', fold: Totals })
class Follow {
  constructor(private readonly commandBus: CommandBus) {}

  async handle({ aggregateId }: RecordedEvent): Promise<void> {
    if (!aggregateId.startsWith('web-')) return;
    await this.commandBus.execute(Object.assign(Add.of('reacted', 2), { tenantId: undefined }));
  }
}

/** Of `web-…` leads to `processed`. */
@ProcessManager({ name: 'process' })
class Process {
  initialState(): object {
    return {};
  }

  @On(Added)
  added(state: object, { aggregateId }: RecordedEvent<Added>, context: ProcessContext): object {
    if (aggregateId.startsWith('web-')) context.send(Add.of('processed', 3));
    return state;
  }
}

let app: INestApplication;
afterEach(() => app.close());
beforeEach(() => void seenByPipe.splice(0));

async function serve(queue: QueueAdapter, options: Partial<AmbientContextOptions<Request>> = {}): Promise<string> {
  @Module({
    imports: [EventSourcingModule.forFeature({ pipeline: 'c', aggregateType: 'counter', events: [Added, Reset] })],
    providers: [Handler, Totals, Follow, Process],
    controllers: [CountersController],
  })
  class CountingModule {}
  @Module({
    imports: [
      CqrsModule.forRoot(),
      EventSourcingModule.forRoot({ queue, eventStore: survivingMemory() }),
      CountingModule as Type,
    ],
  })
  class AppModule {}
  app = await NestFactory.create(AppModule, { logger: false });
  app.useGlobalInterceptors(
    new AmbientContextInterceptor<Request>({
      tenantId: ({ user }) => user?.tenantId,
      userId: ({ user }) => user?.id,
      ...options,
    }),
  );
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

const first = (id: string): Promise<RecordedEvent> =>
  eventually(async () => {
    const [event] = await collect(app.get(EventStore).read(stream(id)));
    expect(event).toBeDefined();
    return event!;
  });

async function post(url: string, headers: Record<string, string>): Promise<{ status: number; correlation: string }> {
  const response = await fetch(url, { method: 'POST', headers });
  await response.arrayBuffer();
  return { status: response.status, correlation: response.headers.get('x-correlation-id') ?? '' };
}

describe.each(queues)('the context of a request, with a queue %s', (_, queueOf) => {
  it('goes to its command and event, to reactor and process manager, and to their commands and events', async () => {
    const url = await serve(queueOf());
    const headers = { 'x-user': 'ann', 'x-correlation-id': 'request-1', traceparent: TRACEPARENT };
    expect(await post(`${url}/counters/web-1`, headers)).toEqual({ status: 201, correlation: 'request-1' });
    const carried = { correlationId: 'request-1', userId: 'ann', traceparent: TRACEPARENT };
    const event = await first('web-1');
    expect(event.metadata).toEqual({ ...carried, causationId: expect.stringMatching(UUID) });
    expect(seenByPipe).toEqual([{ tenantId: acme, ...carried }]);
    for (const id of ['reacted', 'processed']) {
      const { metadata } = await first(id);
      // Of the command that the event of the request led to.
      expect(metadata).toEqual({ ...carried, causationId: expect.stringMatching(UUID) });
      expect(metadata.causationId).not.toBe(event.metadata.causationId);
    }
  });

  it('has a correlation of its own where the header says none, and leaves out a trace that is none', async () => {
    const url = await serve(queueOf());
    const bad = ['x'.repeat(129), 'a\tb', ''];
    for (const [index, correlation] of bad.entries()) {
      const headers = { 'x-user': 'ann', 'x-correlation-id': correlation, traceparent: `${TRACEPARENT}-x` };
      const { correlation: told } = await post(`${url}/counters/c${index}`, headers);
      expect(told).toMatch(UUID);
      const { metadata } = await first(`c${index}`);
      expect(metadata).toEqual({ correlationId: told, userId: 'ann', causationId: expect.any(String) });
    }
  });

  it('says nothing of itself to another tenant', async () => {
    const url = await serve(queueOf());
    expect(await post(`${url}/counters/c1/as/globex`, { 'x-user': 'ann' })).toMatchObject({ status: 201 });
    const events = await eventually(async () => {
      const found = await collect(app.get(EventStore).read(stream('c1', createTenantId('globex'))));
      expect(found).toHaveLength(1);
      return found;
    });
    const { correlationId, causationId, userId } = events[0]!.metadata;
    expect(correlationId).toBe(causationId);
    expect(userId).toBeUndefined();
  });
});

it('has no context without a tenant', async () => {
  const url = await serve(inProcessQueue());
  expect(await post(`${url}/counters/c1`, {})).toEqual({ status: 500, correlation: '' });
  expect(seenByPipe).toEqual([undefined]);
});

it('may take another header, and refuses a user that is no id', async () => {
  const url = await serve(inProcessQueue(), {
    correlationHeader: 'X-Request-Id',
    userId: ({ user }) => (user?.id === 'ann' ? 'ann' : 'u'.repeat(513)),
  });
  const answer = await fetch(`${url}/counters/c1`, {
    method: 'POST',
    headers: { 'x-user': 'ann', 'x-request-id': 'r1' },
  });
  expect(answer.headers.get('x-request-id')).toBe('r1');
  expect((await first('c1')).metadata.correlationId).toBe('r1');
  expect(await post(`${url}/counters/c1`, { 'x-user': 'bob' })).toMatchObject({ status: 500 });
});
