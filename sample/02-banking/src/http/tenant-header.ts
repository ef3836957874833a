/** The header that names the tenant of a request. */
export const TENANT_HEADER = 'x-tenant-id';
