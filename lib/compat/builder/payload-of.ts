import { InvalidCommandError } from '../../commands/invalid-command.error.js';
import type { PayloadWithTenant } from './pipeline-commands.js';

/** What is sent, from whoever writes no TypeScript. @throws InvalidCommandError for what is no payload at all */
export function payloadOf(type: string, sent: unknown): PayloadWithTenant<object> {
  if (typeof sent === 'object' && sent !== null) return sent as PayloadWithTenant<object>;
  throw new InvalidCommandError(type, ['its payload must be an object with a tenantId']);
}
