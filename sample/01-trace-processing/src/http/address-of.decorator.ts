import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { CommandAddress } from '../aggregates/aggregate.command.js';
import { commandIdOf } from './command-id.decorator.js';
import { tenantOf } from './current-tenant.decorator.js';
import { checkId } from './parse-id.pipe.js';
import type { TenantRequest } from './tenant.guard.js';

/** Whom a command is for: the tenant of the request, the id in this part of its path, and the id of the command. */
export const AddressOf = createParamDecorator((field: string, context: ExecutionContext): CommandAddress => {
  const request = context.switchToHttp().getRequest<TenantRequest>();
  const aggregateId = checkId(field, request.params[field]);
  return { tenantId: tenantOf(request), aggregateId, commandId: commandIdOf(request) };
});
