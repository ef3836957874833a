import { checkText } from '../../event-store/check-stream.js';
import { createTenantId } from '../../tenancy/create-tenant-id.js';
import { checkArray, checkInteger, checkProjectionVersion, checkTimeMs } from './check-fields.js';
import { encodeJson } from './encode-json.js';
import type { ProjectionKey, ProjectionRow } from './projection-row.js';

/** A row with its state as JSON text, as stores keep it. */
export interface EncodedProjectionRow extends ProjectionKey {
  readonly sequence: number;
  readonly state: string;
  readonly updatedAt: number;
}

/** @throws InvalidTenantError @throws InvalidArgumentError */
export function checkProjectionKeys(keys: readonly ProjectionKey[]): readonly ProjectionKey[] {
  return checkArray('keys', keys).map((key, index) => checkKey(`keys[${index}].`, key));
}

/** @throws InvalidTenantError @throws InvalidArgumentError */
export function checkProjectionRows(rows: readonly ProjectionRow[]): readonly EncodedProjectionRow[] {
  return checkArray('rows', rows).map((row, index) => {
    const field = `rows[${index}].`;
    return {
      ...checkKey(field, row),
      sequence: checkInteger(`${field}sequence`, row.sequence, 1),
      state: encodeJson(`${field}state`, row.state),
      updatedAt: checkTimeMs(`${field}updatedAt`, row.updatedAt),
    };
  });
}

export function decodeProjectionRow(row: EncodedProjectionRow): ProjectionRow {
  return { ...row, state: JSON.parse(row.state) as ProjectionRow['state'] };
}

function checkKey(field: string, key: ProjectionKey): ProjectionKey {
  const given = (key ?? {}) as Partial<ProjectionKey>;
  return {
    tenantId: createTenantId(given.tenantId),
    ...checkProjectionVersion(field, given),
    id: checkText(`${field}id`, given.id),
  };
}
