import { createTenantId } from './create-tenant-id.js';
import { RESERVED_PREFIX } from './reserved-prefix.js';

/** Whose rows those are that belong to the module itself, of all tenants together. */
export const SYSTEM_TENANT = createTenantId(`${RESERVED_PREFIX}system`);
