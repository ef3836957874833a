import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { checkText } from '../../event-store/check-stream.js';
import { createTenantId } from '../../tenancy/create-tenant-id.js';
import type { TenantId } from '../../tenancy/tenant-id.js';

/** The last millisecond that every store can keep. */
const MAX_TIME_MS = Date.UTC(2200, 0, 1) - 1;

/** Versions of projections are kept in 32 bits. */
const MAX_VERSION = 2 ** 32 - 1;

/** Name and version of a projection as a call gives them. */
export interface ProjectionVersion {
  readonly projection: string;
  readonly version: number;
}

/** @throws InvalidArgumentError */
export function checkProjectionVersion(field: string, given: Partial<ProjectionVersion>): ProjectionVersion {
  return {
    projection: checkText(`${field}projection`, given.projection),
    version: checkInteger(`${field}version`, given.version, 1, MAX_VERSION),
  };
}

/** A version of a projection, of all tenants or of one. */
export interface ProjectionScope extends ProjectionVersion {
  readonly tenantId?: TenantId;
}

/** @throws InvalidArgumentError, InvalidTenantError */
export function checkProjectionScope(projection: string, version: number, tenantId?: TenantId): ProjectionScope {
  const checked = checkProjectionVersion('', { projection, version });
  return tenantId === undefined ? checked : { ...checked, tenantId: createTenantId(tenantId) };
}

/** @throws InvalidArgumentError */
export function checkInteger(field: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(field, `must be an integer ${range}`);
  }
  return value;
}

/** @param value milliseconds since the epoch @throws InvalidArgumentError */
export function checkTimeMs(field: string, value: unknown): number {
  return checkInteger(field, value, 0, MAX_TIME_MS);
}

/** @throws InvalidArgumentError */
export function checkArray<T>(field: string, value: readonly T[]): readonly T[] {
  if (!Array.isArray(value)) throw new InvalidArgumentError(field, 'must be an array');
  return value;
}
