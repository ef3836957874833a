import { applyDecorators, HttpStatus, UseGuards } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { ApiProblem } from './api-problem.decorator.js';
import { TENANT_HEADER } from './tenant-header.js';
import { TenantGuard } from './tenant.guard.js';

/** Marks a controller whose every request belongs to a tenant; see `@CurrentTenant()`. */
export function TenantScoped(): ClassDecorator {
  return applyDecorators(
    UseGuards(TenantGuard),
    ApiHeader({
      name: TENANT_HEADER,
      required: true,
      description: 'The bank: each tenant is one',
      schema: { type: 'string', example: 'acme' },
    }),
    ApiProblem(HttpStatus.BAD_REQUEST, 'The tenant or another field is missing or malformed'),
  );
}
