import { createTenantId, type TenantId } from '@event-sourcing/nestjs';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { TENANT_HEADER } from './tenant-header.js';

/** A request that passed the {@link TenantGuard}. */
export interface TenantRequest extends Request {
  tenantId?: TenantId;
}

/**
 * Lets only requests pass that name a well-formed tenant. A real application takes the tenant from the caller's
 * credentials here instead of believing a header.
 */
@Injectable()
export class TenantGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<TenantRequest>();
    request.tenantId = createTenantId(request.headers[TENANT_HEADER]);
    return true;
  }
}
