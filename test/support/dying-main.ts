import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { EventStore, GroupQueue } from '../../lib/index.js';
import { Added, acme } from './counter-app.js';
import { roleApp, type RoleSettings } from './role-app.js';

/** A web process that appends, and is killed before it can stage what it has appended. */

const [, , settings, counterId, ...amounts] = process.argv as unknown as [string, string, string, string, ...string[]];
const app = await NestFactory.createApplicationContext(roleApp('web', JSON.parse(settings) as RoleSettings), {
  logger: ['error'],
});
app.get(GroupQueue).stage = () => {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
};
const events = amounts.map((amount) => ({ data: Added.of(Number(amount)) }));
await app.get(EventStore).append({ tenantId: acme, aggregateType: 'counter', aggregateId: counterId }, events);
