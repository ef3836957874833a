import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { Commands, type ProcessRole, type WaitFor } from '../../lib/index.js';
import { Add } from './counter-app.js';
import { roleApp, type RoleSettings } from './role-app.js';

/** One process of the application, in the role named on its command line. Executes what its parent sends. */

/**
 * What the parent sends; answered with the receipt, or the error, under the same number. With `waitFor` it goes by
 * `Commands.run()`, else by the CommandBus.
 */
export interface RoleRequest {
  readonly number: number;
  readonly counterId: string;
  readonly amount: number;
  readonly commandId: string;
  readonly waitFor?: WaitFor;
}

const [, , role, settings] = process.argv as unknown as [string, string, ProcessRole, string];
const app = await NestFactory.createApplicationContext(roleApp(role, JSON.parse(settings) as RoleSettings), {
  logger: ['error'],
});
app.enableShutdownHooks();
process.on('message', ({ number, counterId, amount, commandId, waitFor }: RoleRequest) => {
  const command = Add.of(counterId, amount, commandId);
  const executed = waitFor ? app.get(Commands).run(command, { waitFor }) : app.get(CommandBus).execute(command);
  executed.then(
    (receipt) => process.send?.({ number, receipt }),
    (error: unknown) => process.send?.({ number, error: String(error) }),
  );
});
process.send?.('ready');
