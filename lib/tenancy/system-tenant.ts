import { createTenantId } from './create-tenant-id.js';

/** Whose rows those are that belong to the module itself, of all tenants together. */
export const SYSTEM_TENANT = createTenantId('$system');
