import type { TenantId } from '../../tenancy/tenant-id.js';
import type { ProjectionRow } from './projection-row.js';

/** A scalar that states are compared with: a well-formed string, a finite number, a boolean or null. @publicApi */
export type Scalar = string | number | boolean | null;

/**
 * What a property must satisfy; all that is given must hold. Values are compared within their own type: a number is
 * never less than a string, and an absent property counts as `null`. Lone surrogates in a state count as U+FFFD.
 *
 * @publicApi
 */
export interface PropertyCondition {
  readonly equals?: Scalar;
  /** Equal to one of them; 1 to 1,000. */
  readonly in?: readonly Scalar[];
  /** Strings compare by Unicode code points. */
  readonly gt?: string | number;
  readonly gte?: string | number;
  readonly lt?: string | number;
  readonly lte?: string | number;
  /** The property is an array that contains this element. */
  readonly contains?: Scalar;
}

/**
 * Conditions by property path, all of which must hold. A bare scalar stands for `{ equals }`. At most 50 conditions and
 * 49,152 bytes as JSON; a condition without any operand is refused, since it would match every row.
 *
 * A path is dotted, such as `usage.tokens`, of at most 16 segments and 512 bytes. It leads through objects, never into
 * arrays; a name with a dot in it cannot be reached, nor one at the top that begins with `$`.
 *
 * @publicApi
 */
export type ProjectionFilter = Readonly<Record<string, Scalar | PropertyCondition>>;

/** @publicApi */
export interface ProjectionSort {
  /** Dotted property path, or `$updatedAt` for the time of the last covered event. */
  readonly by: string;
  /** @default 'asc' */
  readonly direction?: 'asc' | 'desc';
}

/** @publicApi */
export interface ProjectionListQuery {
  readonly tenantId: TenantId;
  readonly projection: string;
  readonly version: number;
  readonly filter?: ProjectionFilter;
  /**
   * Ties are broken by id, in the same direction. Order over types: null, boolean, number, string, and then objects and
   * arrays, which are all equal.
   *
   * @default by id
   */
  readonly sort?: ProjectionSort;
  /** 1 to 1,000. @default 100 */
  readonly limit?: number;
  /** Rows to pass over, 0 to 100,000. @default 0 */
  readonly offset?: number;
}

/** @publicApi */
export interface ProjectionPage {
  /** Rows that are not deleted. */
  readonly rows: readonly ProjectionRow[];
  /** How many rows satisfy the filter. */
  readonly total: number;
}
