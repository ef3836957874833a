declare const tenantIdBrand: unique symbol;

/**
 * The id of a tenant, checked by {@link createTenantId}. Every store and queue call takes one.
 *
 * @publicApi
 */
export type TenantId = string & { readonly [tenantIdBrand]: true };
