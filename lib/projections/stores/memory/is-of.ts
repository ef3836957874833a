import type { ProjectionScope } from '../check-fields.js';

/** Whether a group of rows belongs to a version of a projection, and to the tenant where one is named. */
export function isOf({ projection, version, tenantId }: Required<ProjectionScope>, wanted: ProjectionScope): boolean {
  const isVersion = projection === wanted.projection && version === wanted.version;
  return isVersion && (wanted.tenantId === undefined || tenantId === wanted.tenantId);
}
