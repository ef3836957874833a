import { afterAll, beforeAll, describe } from 'vitest';
import type { ProjectionStore } from '../../lib/projections/stores/projection-store.js';
import type { Adapter } from './known-differences.js';
import { contractCases } from './known-differences.js';
import { forgetCases } from './projection-store/forget.cases.js';
import { badInputCases } from './projection-store/bad-input.cases.js';
import { dropCases } from './projection-store/drop.cases.js';
import { filterCases } from './projection-store/filter.cases.js';
import { loadAndSaveCases } from './projection-store/load-and-save.cases.js';
import { sequencesCases } from './projection-store/sequences.cases.js';
import { sortCases } from './projection-store/sort.cases.js';
import { tenantCases } from './projection-store/tenant.cases.js';

export interface OpenedProjectionStore {
  readonly store: ProjectionStore;
  close(): Promise<void>;
}

/** What every projection store keeps. One store serves all cases; each has tenants of its own. */
export function projectionStoreSuite(adapter: Adapter, open: () => Promise<OpenedProjectionStore>): void {
  describe(`ProjectionStore on ${adapter}`, () => {
    let opened: OpenedProjectionStore | undefined;

    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => opened?.close());

    contractCases('projection-store', adapter, (test) => {
      const suite = { test, store: () => opened!.store };
      describe('load and save', () => loadAndSaveCases(suite));
      describe('list: filters', () => filterCases(suite));
      describe('list: order and pages', () => sortCases(suite));
      describe('sequences', () => sequencesCases(suite));
      describe('tenants', () => tenantCases(suite));
      describe('forgetting a tenant', () => forgetCases(suite));
      describe('dropping a version', () => dropCases(suite));
      describe('bad input', () => badInputCases(suite));
    });
  });
}
