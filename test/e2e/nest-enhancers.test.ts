import {
  type ArgumentMetadata,
  type CallHandler,
  type CanActivate,
  Controller,
  type ExecutionContext,
  type INestApplication,
  Injectable,
  Module,
  type NestInterceptor,
  Param,
  type PipeTransform,
  Post,
  type Type,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import type { Observable } from 'rxjs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  CommandHandler,
  type CommandMiddleware,
  type CommandReceipt,
  type CommandResult,
  EventStore,
  type HandledCommand,
} from '../../lib/index.js';
import { appWith, stream } from '../support/apps.js';
import { Add, Added } from '../support/counter-app.js';

/** Which class each of them stood before. */
const guarded: string[] = [];
const intercepted: string[] = [];
const piped: unknown[] = [];
const around: string[] = [];
beforeEach(() => {
  for (const list of [guarded, intercepted, piped, around]) list.splice(0);
});

@Injectable()
class NotingGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    guarded.push(context.getClass().name);
    return true;
  }
}

@Injectable()
class DenyingGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    guarded.push(context.getClass().name);
    return false;
  }
}

@Injectable()
class NotingInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    intercepted.push(context.getClass().name);
    return next.handle();
  }
}

class NotingPipe implements PipeTransform {
  transform(value: unknown, { type }: ArgumentMetadata): unknown {
    piped.push(`${type} ${String(value)}`);
    return value;
  }
}

@Injectable()
class NotingMiddleware implements CommandMiddleware {
  async aroundHandle({ type }: HandledCommand, next: () => Promise<CommandResult>): Promise<CommandResult> {
    around.push(type);
    return next();
  }
}

@UseGuards(DenyingGuard)
@UseInterceptors(NotingInterceptor)
@UsePipes(NotingPipe)
@CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId })
class DecoratedHandler {
  handle({ amount }: Add): object[] {
    return [Added.of(amount)];
  }
}

@Controller('counters')
class CountersController {
  constructor(private readonly commandBus: CommandBus) {}

  @Post(':id')
  add(@Param('id') id: string): Promise<CommandReceipt> {
    return this.commandBus.execute(Add.of(id, 1));
  }
}

let app: INestApplication;
afterEach(() => app.close());

it('has guards, interceptors and pipes of Nest stand before controllers, and middleware around commands', async () => {
  const counting = appWith([DecoratedHandler, NotingMiddleware], { commandMiddleware: [NotingMiddleware] });
  @Module({ imports: [counting as Type], controllers: [CountersController] })
  class HttpAppModule {}
  app = await NestFactory.create(HttpAppModule, { logger: false });
  app
    .useGlobalGuards(new NotingGuard())
    .useGlobalInterceptors(new NotingInterceptor())
    .useGlobalPipes(new NotingPipe());
  await app.listen(0, '127.0.0.1');
  const { status } = await fetch(`${await app.getUrl()}/counters/c1`, { method: 'POST' });
  expect(status).toBe(201);
  expect([guarded, intercepted, piped]).toEqual([['CountersController'], ['CountersController'], ['param c1']]);
  expect(around).toEqual(['counter.add']);
  // Past any controller, nothing but middleware stands around it.
  await app.get(CommandBus).execute(Add.of('c1', 2));
  expect([guarded, intercepted, piped]).toEqual([['CountersController'], ['CountersController'], ['param c1']]);
  expect(around).toEqual(['counter.add', 'counter.add']);
  expect(await app.get(EventStore).head(stream('c1'))).toBe(2);
});
