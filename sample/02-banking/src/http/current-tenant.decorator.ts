import type { TenantId } from '@event-sourcing/nestjs';
import { createParamDecorator, InternalServerErrorException, type ExecutionContext } from '@nestjs/common';
import type { TenantRequest } from './tenant.guard.js';

/** The tenant of the request, in a controller marked with `@TenantScoped()`. */
export const CurrentTenant = createParamDecorator((_: unknown, context: ExecutionContext): TenantId =>
  tenantOf(context.switchToHttp().getRequest<TenantRequest>()),
);

/** The tenant of a request that passed the `TenantGuard`. */
export function tenantOf({ tenantId }: TenantRequest): TenantId {
  if (tenantId === undefined) throw new InternalServerErrorException('@CurrentTenant() needs @TenantScoped().');
  return tenantId;
}
